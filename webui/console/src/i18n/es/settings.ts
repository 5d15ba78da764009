export const settings = {
  'setting.host_name': 'Nombre del host',
  'setting.host_name.help':
    'El nombre con el que los clientes muestran este host. Vacío: el nombre de la máquina.',
  'setting.log_level': 'Nivel del registro',
  'setting.log_level.help': 'Las líneas menos importantes que aún van al registro.',
  'setting.bind_address': 'Dirección de escucha',
  'setting.bind_address.help':
    'La dirección en la que escucha el host. «::» significa todas las direcciones IPv4 e IPv6.',
  'setting.gamestream': 'Clientes Moonlight',
  'setting.gamestream.help': 'Atiende a los clientes del protocolo GameStream.',
  'setting.base_port': 'Puerto base de GameStream',
  'setting.base_port.help':
    'El puerto HTTP de GameStream, desde el que se cuentan los demás. 0 significa cualquiera libre.',
  'setting.native': 'Clientes nativos',
  'setting.native.help': 'Atiende a los clientes nativos de punktfunk.',
  'setting.native_port': 'Puerto nativo',
  'setting.native_port.help': 'El puerto UDP de los clientes nativos. 0 significa cualquiera libre.',
  'setting.native_media_port': 'Puerto de vídeo nativo',
  'setting.native_media_port.help':
    'El puerto UDP desde el que los clientes hasta la 0.42 reciben el vídeo, de uno en uno. 0 significa uno libre para cada stream.',
  'setting.open': 'Abierto para todos',
  'setting.open.help':
    'Deja entrar a los dispositivos nativos sin vincularlos y con todos los derechos. Para redes en las que se confía en todos.',
  'setting.idle_timeout_ms': 'Silencio hasta dar por ido a un cliente',
  'setting.idle_timeout_ms.help': 'Un cliente nativo callado tanto tiempo se da por ido.',
  'setting.native_fec_percent': 'Paridad de los streams nativos',
  'setting.native_fec_percent.help':
    'Paquetes de vídeo extra contra las pérdidas al empezar un stream nativo, como parte de los datos. 0 significa ninguno.',
  'setting.adaptive_fec': 'Paridad adaptable',
  'setting.adaptive_fec.help': 'La parte de paquetes extra sigue las pérdidas que comunican los clientes.',
  'setting.mgmt_port': 'Puerto de la consola',
  'setting.mgmt_port.help':
    'El puerto HTTPS de esta consola y de la API de gestión. 0 significa cualquiera libre.',
  'setting.mdns': 'Anunciar en la red',
  'setting.mdns.help': 'Anuncia este host en la red local para que los clientes lo encuentren solos.',
  'setting.fec_percent': 'Paridad de los streams de Moonlight',
  'setting.fec_percent.help':
    'Paquetes de vídeo extra contra las pérdidas, como parte de los datos. 0 significa ninguno.',
  'setting.max_streams': 'Streams a la vez',
  'setting.max_streams.help':
    'Cuántos dispositivos nativos transmiten a la vez. Los demás esperan su turno. 0 significa sin límite.',
  'setting.second_client': 'Qué recibe un segundo dispositivo',
  'setting.second_client.help':
    'Cuando un dispositivo quiere lo que otro ya transmite: una pantalla propia, la misma imagen, el lugar del otro o un rechazo. Cada aplicación puede indicar lo suyo.',
  'setting.session_grace_s': 'Esperar a un cliente que se fue',
  'setting.session_grace_s.help':
    'Cuánto espera una sesión a que vuelva su cliente. 0 significa que termina al momento.',
  'setting.demo': 'Demostración',
  'setting.demo.help': 'Muestra la demostración en una pantalla privada al iniciar Desktop.',
  'setting.display': 'Lo que muestra un stream',
  'setting.display.help': 'Una pantalla virtual propia o la pantalla X de esta máquina.',
  'setting.x11_display': 'Pantalla X',
  'setting.x11_display.help':
    'La pantalla X que se muestra al transmitir la de la máquina. Vacío: aquella en la que se inició el host.',
  'setting.capture_cursor': 'Puntero en la imagen',
  'setting.capture_cursor.help': 'Dibuja el puntero en la imagen.',
  'setting.encoder': 'Codificador de vídeo',
  'setting.encoder.help': 'Automático toma el primero que supera su prueba.',
  'setting.x264_preset': 'Ajuste del codificador por software',
  'setting.x264_preset.help': 'Velocidad frente a calidad del codificador por software.',
  'setting.costly_formats': 'Formatos que cuestan procesador',
  'setting.costly_formats.help':
    'Ofrece HEVC, AV1, 10 bits, HDR y 4:4:4 también donde solo el procesador los codifica. Los clientes eligen el formato más nuevo que se ofrece, con un coste varias veces mayor.',
  'setting.audio': 'Fuente de sonido',
  'setting.audio.help': 'De dónde viene el sonido de un stream.',
  'setting.uinput_pads': 'Mandos de juego',
  'setting.uinput_pads.help': 'Crea mandos de juego con uinput del núcleo.',
  'setting.adaptive_bitrate': 'Tasa de bits adaptable',
  'setting.adaptive_bitrate.help':
    'La tasa de bits de los streams de Moonlight baja cuando la red da menos y vuelve a subir.',
  'setting.encryption_lan': 'Cifrado en la red local',
  'setting.encryption_lan.help': 'Si los streams de Moonlight se cifran en la red local.',
  'setting.encryption_wan': 'Cifrado fuera de la red local',
  'setting.encryption_wan.help': 'Si se cifran los streams de Moonlight a clientes fuera de la red local.',
  'setting.public_peers': 'Responder fuera de la red propia',
  'setting.public_peers.help':
    'Responde también a peticiones a la consola y la API desde direcciones de fuera de la red propia.',
};
