#include "display/synthetic/synthetic.hpp"

namespace pf::display::synthetic {
namespace {

class SyntheticDisplay final : public Display {
 public:
  explicit SyntheticDisplay(const media::Mode& mode) {
    target_.kind = media::DisplayKind::Synthetic;
    target_.mode = mode;
  }
  const media::DisplayTarget& target() const override { return target_; }
  Result<> set_mode(const media::Mode& mode) override {
    target_.mode = mode;
    return {};
  }
  bool alive() const override { return true; }

 private:
  media::DisplayTarget target_;
};

}  // namespace

Result<> probe(const Options&) {
  return {};
}

Result<std::unique_ptr<Display>> open(const Options&, const Request& request) {
  return std::make_unique<SyntheticDisplay>(request.mode);
}

}  // namespace pf::display::synthetic
