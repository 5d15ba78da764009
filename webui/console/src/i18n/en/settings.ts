// What the settings are called and what they do; the host has the same in its own words.
export const settings = {
  'setting.host_name': 'Host name',
  'setting.host_name.help': 'The name clients show for this host. Empty means the machine’s own name.',
  'setting.log_level': 'Log level',
  'setting.log_level.help': 'The least important lines that go to the log.',
  'setting.bind_address': 'Listening address',
  'setting.bind_address.help': 'The address the host listens on. “::” means every IPv4 and IPv6 address.',
  'setting.gamestream': 'Moonlight clients',
  'setting.gamestream.help': 'Serves clients of the GameStream protocol.',
  'setting.base_port': 'GameStream base port',
  'setting.base_port.help':
    'GameStream’s HTTP port, from which its other ports are counted. 0 means any free ones.',
  'setting.native': 'Native clients',
  'setting.native.help': 'Serves native punktfunk clients.',
  'setting.native_port': 'Native port',
  'setting.native_port.help': 'The UDP port of native clients. 0 means any free one.',
  'setting.native_media_port': 'Native video port',
  'setting.native_media_port.help':
    'The UDP port from which clients up to 0.42 get their video, one at a time. 0 means a free one for each stream.',
  'setting.open': 'Open to everybody',
  'setting.open.help':
    'Lets native devices in without pairing, with full rights. For networks where everybody is trusted.',
  'setting.idle_timeout_ms': 'Silence before a client counts as gone',
  'setting.idle_timeout_ms.help': 'A native client that is silent for so long is gone.',
  'setting.native_fec_percent': 'Parity for native streams',
  'setting.native_fec_percent.help':
    'Extra video packets against loss at the start of a native stream, as a share of the data. 0 means none.',
  'setting.adaptive_fec': 'Adaptive parity',
  'setting.adaptive_fec.help': 'Lets the share of extra packets follow the loss that clients report.',
  'setting.mgmt_port': 'Console port',
  'setting.mgmt_port.help': 'The HTTPS port of this console and of the management API. 0 means any free one.',
  'setting.mdns': 'Announce on the network',
  'setting.mdns.help': 'Announces this host on the local network, so that clients find it by themselves.',
  'setting.fec_percent': 'Parity for Moonlight streams',
  'setting.fec_percent.help': 'Extra video packets against loss, as a share of the data. 0 means none.',
  'setting.max_streams': 'Streams at once',
  'setting.max_streams.help':
    'How many native devices stream at once. Further ones wait in line. 0 means no limit.',
  'setting.second_client': 'What a second device gets',
  'setting.second_client.help':
    'When a device wants what another one streams: a display of its own, the same picture, the other’s place, or a refusal. Applications can say it for themselves.',
  'setting.session_grace_s': 'Wait for a client that left',
  'setting.session_grace_s.help':
    'How long a session waits for its client to return. 0 means it ends at once.',
  'setting.demo': 'Demonstration',
  'setting.demo.help': 'Shows the demonstration on a private display when Desktop is started.',
  'setting.display': 'What a stream shows',
  'setting.display.help': 'A virtual display of its own or this machine’s X screen.',
  'setting.x11_display': 'X display',
  'setting.x11_display.help':
    'The X display to show when the machine’s screen is streamed. Empty means the one the host was started on.',
  'setting.capture_cursor': 'Pointer in the picture',
  'setting.capture_cursor.help': 'Draws the pointer into the picture.',
  'setting.encoder': 'Video encoder',
  'setting.encoder.help': 'Automatic takes the first one that passes its probe.',
  'setting.x264_preset': 'Software encoder preset',
  'setting.x264_preset.help': 'Speed against quality of the software encoder.',
  'setting.costly_formats': 'Formats that cost processor time',
  'setting.costly_formats.help':
    'Offers HEVC, AV1, 10 bit, HDR and 4:4:4 also where only the processor encodes them. Clients take the newest format that is offered, at several times the cost.',
  'setting.audio': 'Sound source',
  'setting.audio.help': 'Where a stream’s sound comes from.',
  'setting.uinput_pads': 'Game controllers',
  'setting.uinput_pads.help': 'Makes game controllers through the kernel’s uinput.',
  'setting.adaptive_bitrate': 'Adaptive bitrate',
  'setting.adaptive_bitrate.help':
    'Lets the bitrate of Moonlight streams fall when the network carries less, and return.',
  'setting.encryption_lan': 'Encryption in the local network',
  'setting.encryption_lan.help': 'Whether Moonlight streams in the local network are encrypted.',
  'setting.encryption_wan': 'Encryption from elsewhere',
  'setting.encryption_wan.help':
    'Whether Moonlight streams to clients outside the local network are encrypted.',
  'setting.public_peers': 'Answer beyond the own network',
  'setting.public_peers.help':
    'Answers requests to the console and the API from addresses beyond the own network as well.',
} as const;
