export const devices = {
  'pair.time_left': 'Time left',
  'pair.seconds_left': { one: '{n} second left', other: '{n} seconds left' },
  'pair.moonlight_client': 'A Moonlight client',
} as const;
