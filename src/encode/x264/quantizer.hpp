// Rate control: chooses each picture's quantizer so that the stream keeps to its bitrate, from what
// the picture asks for (activity.hpp) and what pictures like it have cost. x264's own rate control
// finds that out by searching a small copy of every picture for motion, which is a fifth of all its
// work at this preset.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "encode/x264/activity.hpp"

namespace pf::encode::x264 {

// One thread. Sizes are bits; a share is the bitrate divided by the frame rate.
class QuantizerControl {
 public:
  // H.264 quantizers: below 10 nothing is left to see. 51 is the coarsest; x264 goes on to 69 by
  // leaving out coefficients, more at every step.
  static constexpr int kLeast = 10, kMost = 69;

  QuantizerControl(double pixels, double share_bits);

  void set_share(double share_bits);
  // The quantizer for the next picture. `idle_shares`: frame times since the last picture beyond
  // one, whose bits the line had to itself.
  int choose(bool idr, const Activity& activity, double idle_shares) noexcept;
  // What the picture has cost. Call once after each choose.
  void coded(std::size_t bytes) noexcept;

 private:
  // Bits a pixel at quantizer 26, per unit of load; nothing while no such picture was coded.
  using Cost = std::optional<double>;
  static constexpr std::size_t kClasses = 10;

  double cost_of(std::size_t load_class) const;
  double expected_bits(double quantizer) const;
  void raise_until_it_fits(double limit_bits);
  void learn(double bits);

  double pixels_, share_;
  double debt_ = 0;                         // bits beyond the shares so far; negative = saved
  std::array<Cost, kClasses> predicted_{};  // by the load's power of two
  double fresh_cost_ = 1.6;                 // times what the spectrum says
  double level_ = kMost;                    // where the quantizer stands, between whole steps
  int last_ = kMost;                        // quantizer of the picture before
  int barred_ = kLeast;                     // the quantizer whose step down was too large...
  int barred_pictures_ = 0;                 // ... and how long it is not tried again
  // The picture between choose and coded.
  Activity activity_;
  double load_ = 0, target_ = 0;
  std::size_t class_ = 0;
  bool is_fresh_ = true, is_finer_ = false;
  int chosen_ = kMost;
};

}  // namespace pf::encode::x264
