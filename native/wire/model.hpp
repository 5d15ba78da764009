// The semantic model of the native protocol: what both codecs (v1_codec, v2_codec) read and write.
#pragma once

#include "native/wire/constants.hpp"
#include "native/wire/feedback.hpp"
#include "native/wire/hello.hpp"
#include "native/wire/messages.hpp"
