// Names of codecs and encoders as people write them.
const codecs: Readonly<Record<string, string>> = { h264: 'H.264', hevc: 'HEVC', av1: 'AV1' };
const encoders: Readonly<Record<string, string>> = {
  nvenc: 'NVENC',
  vaapi: 'VAAPI',
  vulkan: 'Vulkan',
  svtav1: 'SVT-AV1',
  'svt-av1': 'SVT-AV1',
};

export const codecName = (codec: string): string => codecs[codec] ?? codec.toUpperCase();
export const encoderName = (encoder: string): string => encoders[encoder] ?? encoder;
