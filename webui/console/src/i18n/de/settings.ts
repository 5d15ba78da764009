export const settings = {
  'setting.host_name': 'Hostname',
  'setting.host_name.help':
    'Unter diesem Namen zeigen Clients diesen Host an. Leer heißt: der Name der Maschine.',
  'setting.log_level': 'Protokollstufe',
  'setting.log_level.help': 'Die unwichtigsten Zeilen, die noch ins Protokoll kommen.',
  'setting.bind_address': 'Empfangsadresse',
  'setting.bind_address.help':
    'Die Adresse, auf der der Host Verbindungen annimmt. „::“ heißt: alle IPv4- und IPv6-Adressen.',
  'setting.gamestream': 'Moonlight-Clients',
  'setting.gamestream.help': 'Bedient Clients mit dem GameStream-Protokoll.',
  'setting.base_port': 'GameStream-Basisport',
  'setting.base_port.help':
    'Der HTTP-Port von GameStream, von dem aus seine anderen Ports gezählt werden. 0 heißt: beliebige freie.',
  'setting.native': 'Native Clients',
  'setting.native.help': 'Bedient native punktfunk-Clients.',
  'setting.native_port': 'Nativer Port',
  'setting.native_port.help': 'Der UDP-Port für native Clients. 0 heißt: ein beliebiger freier.',
  'setting.native_media_port': 'Nativer Videoport',
  'setting.native_media_port.help':
    'Der UDP-Port, von dem Clients bis 0.42 ihr Video bekommen, einer nach dem anderen. 0 heißt: ein freier Port je Stream.',
  'setting.open': 'Für alle offen',
  'setting.open.help':
    'Lässt native Geräte ohne Koppeln und mit vollen Rechten herein. Für Netze, in denen allen vertraut wird.',
  'setting.idle_timeout_ms': 'Stille, bis ein Client als weg gilt',
  'setting.idle_timeout_ms.help': 'Ein nativer Client, der so lange schweigt, gilt als weg.',
  'setting.native_fec_percent': 'Parität für native Streams',
  'setting.native_fec_percent.help':
    'Zusätzliche Videopakete gegen Verlust zu Beginn eines nativen Streams, als Anteil der Daten. 0 heißt: keine.',
  'setting.adaptive_fec': 'Anpassende Parität',
  'setting.adaptive_fec.help': 'Der Anteil zusätzlicher Pakete folgt dem Verlust, den Clients melden.',
  'setting.mgmt_port': 'Konsolenport',
  'setting.mgmt_port.help':
    'Der HTTPS-Port dieser Konsole und der Verwaltungs-API. 0 heißt: ein beliebiger freier.',
  'setting.mdns': 'Im Netz ankündigen',
  'setting.mdns.help': 'Kündigt diesen Host im lokalen Netz an, damit Clients ihn von selbst finden.',
  'setting.fec_percent': 'Parität für Moonlight-Streams',
  'setting.fec_percent.help': 'Zusätzliche Videopakete gegen Verlust, als Anteil der Daten. 0 heißt: keine.',
  'setting.max_streams': 'Gleichzeitige Streams',
  'setting.max_streams.help':
    'So viele native Geräte streamen gleichzeitig. Weitere warten in der Reihe. 0 heißt: ohne Grenze.',
  'setting.second_client': 'Was ein zweites Gerät bekommt',
  'setting.second_client.help':
    'Wenn ein Gerät möchte, was ein anderes schon streamt: einen eigenen Bildschirm, dasselbe Bild, den Platz des anderen oder eine Absage. Anwendungen können es selbst festlegen.',
  'setting.session_grace_s': 'Auf fortgegangene Clients warten',
  'setting.session_grace_s.help':
    'So lange wartet eine Sitzung auf die Rückkehr ihres Clients. 0 heißt: sie endet sofort.',
  'setting.demo': 'Vorführung',
  'setting.demo.help': 'Zeigt beim Start von Desktop die Vorführung auf einem eigenen Bildschirm.',
  'setting.display': 'Was ein Stream zeigt',
  'setting.display.help': 'Einen eigenen virtuellen Bildschirm oder den X-Bildschirm dieser Maschine.',
  'setting.x11_display': 'X-Bildschirm',
  'setting.x11_display.help':
    'Der X-Bildschirm, wenn der Bildschirm der Maschine gestreamt wird. Leer heißt: der, auf dem der Host gestartet wurde.',
  'setting.capture_cursor': 'Zeiger im Bild',
  'setting.capture_cursor.help': 'Zeichnet den Mauszeiger ins Bild.',
  'setting.encoder': 'Video-Encoder',
  'setting.encoder.help': 'Automatisch nimmt den ersten, der seine Probe besteht.',
  'setting.x264_preset': 'Voreinstellung des Software-Encoders',
  'setting.x264_preset.help': 'Tempo gegen Qualität beim Software-Encoder.',
  'setting.costly_formats': 'Formate, die Rechenzeit kosten',
  'setting.costly_formats.help':
    'Bietet HEVC, AV1, 10 Bit, HDR und 4:4:4 auch an, wo nur der Prozessor sie kodiert. Clients nehmen das neueste angebotene Format, zu einem Mehrfachen der Kosten.',
  'setting.audio': 'Tonquelle',
  'setting.audio.help': 'Woher der Ton eines Streams kommt.',
  'setting.uinput_pads': 'Gamecontroller',
  'setting.uinput_pads.help': 'Legt Gamecontroller über uinput des Kernels an.',
  'setting.adaptive_bitrate': 'Anpassende Bitrate',
  'setting.adaptive_bitrate.help':
    'Die Bitrate von Moonlight-Streams sinkt, wenn das Netz weniger trägt, und steigt wieder.',
  'setting.encryption_lan': 'Verschlüsselung im lokalen Netz',
  'setting.encryption_lan.help': 'Ob Moonlight-Streams im lokalen Netz verschlüsselt werden.',
  'setting.encryption_wan': 'Verschlüsselung nach außen',
  'setting.encryption_wan.help':
    'Ob Moonlight-Streams zu Clients außerhalb des lokalen Netzes verschlüsselt werden.',
  'setting.public_peers': 'Auch von außen antworten',
  'setting.public_peers.help':
    'Beantwortet Anfragen an Konsole und API auch von Adressen außerhalb des eigenen Netzes.',
};
