export const settings = {
  'setting.host_name': 'Nom de l’hôte',
  'setting.host_name.help': 'Le nom que les clients affichent pour cet hôte. Vide : le nom de la machine.',
  'setting.log_level': 'Niveau du journal',
  'setting.log_level.help': 'Les lignes les moins importantes qui vont encore dans le journal.',
  'setting.bind_address': 'Adresse d’écoute',
  'setting.bind_address.help':
    'L’adresse sur laquelle l’hôte écoute. « :: » signifie toutes les adresses IPv4 et IPv6.',
  'setting.gamestream': 'Clients Moonlight',
  'setting.gamestream.help': 'Accepte les clients du protocole GameStream.',
  'setting.base_port': 'Port de base GameStream',
  'setting.base_port.help':
    'Le port HTTP de GameStream, à partir duquel ses autres ports sont comptés. 0 : des ports libres quelconques.',
  'setting.native': 'Clients natifs',
  'setting.native.help': 'Accepte les clients punktfunk natifs.',
  'setting.native_port': 'Port natif',
  'setting.native_port.help': 'Le port UDP des clients natifs. 0 : un port libre quelconque.',
  'setting.native_media_port': 'Port vidéo natif',
  'setting.native_media_port.help':
    'Le port UDP depuis lequel les clients jusqu’à 0.42 reçoivent la vidéo, un à la fois. 0 : un port libre par flux.',
  'setting.open': 'Ouvert à tous',
  'setting.open.help':
    'Laisse entrer les appareils natifs sans appairage, avec tous les droits. Pour les réseaux où tout le monde est digne de confiance.',
  'setting.idle_timeout_ms': 'Silence avant qu’un client soit considéré parti',
  'setting.idle_timeout_ms.help': 'Un client natif silencieux aussi longtemps est considéré comme parti.',
  'setting.native_fec_percent': 'Parité des flux natifs',
  'setting.native_fec_percent.help':
    'Paquets vidéo supplémentaires contre les pertes au début d’un flux natif, en part des données. 0 : aucun.',
  'setting.adaptive_fec': 'Parité adaptative',
  'setting.adaptive_fec.help':
    'La part de paquets supplémentaires suit les pertes signalées par les clients.',
  'setting.mgmt_port': 'Port de la console',
  'setting.mgmt_port.help':
    'Le port HTTPS de cette console et de l’API de gestion. 0 : un port libre quelconque.',
  'setting.mdns': 'Annoncer sur le réseau',
  'setting.mdns.help': 'Annonce cet hôte sur le réseau local, pour que les clients le trouvent d’eux-mêmes.',
  'setting.fec_percent': 'Parité des flux Moonlight',
  'setting.fec_percent.help':
    'Paquets vidéo supplémentaires contre les pertes, en part des données. 0 : aucun.',
  'setting.max_streams': 'Flux simultanés',
  'setting.max_streams.help':
    'Combien d’appareils natifs diffusent en même temps. Les suivants attendent leur tour. 0 : sans limite.',
  'setting.second_client': 'Ce que reçoit un second appareil',
  'setting.second_client.help':
    'Quand un appareil veut ce qu’un autre diffuse déjà : un écran à lui, la même image, la place de l’autre ou un refus. Chaque application peut en décider.',
  'setting.session_grace_s': 'Attendre un client parti',
  'setting.session_grace_s.help':
    'Combien de temps une session attend le retour de son client. 0 : elle se termine aussitôt.',
  'setting.demo': 'Démonstration',
  'setting.demo.help': 'Montre la démonstration sur un écran privé quand Desktop est lancé.',
  'setting.display': 'Ce que montre un flux',
  'setting.display.help': 'Un écran virtuel à lui ou l’écran X de cette machine.',
  'setting.x11_display': 'Écran X',
  'setting.x11_display.help':
    'L’écran X à montrer quand l’écran de la machine est diffusé. Vide : celui où l’hôte a été lancé.',
  'setting.capture_cursor': 'Pointeur dans l’image',
  'setting.capture_cursor.help': 'Dessine le pointeur dans l’image.',
  'setting.encoder': 'Encodeur vidéo',
  'setting.encoder.help': 'Automatique prend le premier qui réussit son essai.',
  'setting.x264_preset': 'Préréglage de l’encodeur logiciel',
  'setting.x264_preset.help': 'Vitesse contre qualité pour l’encodeur logiciel.',
  'setting.costly_formats': 'Formats coûteux en calcul',
  'setting.costly_formats.help':
    'Propose aussi HEVC, AV1, 10 bits, HDR et 4:4:4 lorsque seul le processeur les encode. Les clients prennent le format proposé le plus récent, pour un coût plusieurs fois supérieur.',
  'setting.audio': 'Source du son',
  'setting.audio.help': 'D’où vient le son d’un flux.',
  'setting.uinput_pads': 'Manettes de jeu',
  'setting.uinput_pads.help': 'Crée des manettes de jeu avec l’uinput du noyau.',
  'setting.adaptive_bitrate': 'Débit adaptatif',
  'setting.adaptive_bitrate.help':
    'Le débit des flux Moonlight baisse quand le réseau porte moins, puis remonte.',
  'setting.encryption_lan': 'Chiffrement sur le réseau local',
  'setting.encryption_lan.help': 'Si les flux Moonlight sont chiffrés sur le réseau local.',
  'setting.encryption_wan': 'Chiffrement hors du réseau local',
  'setting.encryption_wan.help': 'Si les flux Moonlight vers des clients hors du réseau local sont chiffrés.',
  'setting.public_peers': 'Répondre hors de son réseau',
  'setting.public_peers.help':
    'Répond aussi aux requêtes à la console et à l’API venues d’adresses hors de son réseau.',
};
