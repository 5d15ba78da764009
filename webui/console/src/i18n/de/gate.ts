export const gate = {
  'gate.language': 'Sprache',
  'gate.account': 'Konto',
  'login.title': 'Bei {host} anmelden',
  'login.password': 'Passwort',
  'login.act': 'Anmelden',
  'login.forgot': 'Passwort vergessen?',
  'login.forgot_lead':
    'Rufen Sie auf der Maschine selbst <code>punktfunk-host password reset</code> auf. Das gibt einen neuen Einrichtungscode aus; Ihre Geräte bleiben gekoppelt.',
  'login.warned': 'Warum hat mein Browser gewarnt?',
  'login.warned_lead':
    'Dieser Host hat sein Zertifikat selbst erstellt, daher bürgt keine Firma dafür. Öffnen Sie das Zertifikat im Browser und vergleichen Sie seinen SHA-256-Fingerabdruck mit diesem hier und mit dem, den <code>punktfunk-host ctl status</code> auf der Maschine selbst ausgibt. Sind alle drei gleich, ist niemand dazwischen.',
  'setup.steps': 'Schritte der Einrichtung',
  'setup.step_code': 'Code',
  'setup.step_password': 'Passwort',
  'setup.step_checks': 'Prüfungen',
  'setup.step_pair': 'Koppeln',
  'setup.done': 'Erledigt:',
  'setup.title': 'Einrichtung',
  'setup.claim': 'Diesen Host übernehmen',
  'setup.claim_lead':
    'Beim Start wurde ein Einrichtungscode in das Protokoll des Hosts geschrieben. Er beweist, dass die Maschine Ihnen gehört.',
  'setup.code': 'Einrichtungscode',
  'setup.code_hint': 'Gilt einmal. Nach fünf falschen Versuchen folgt eine kurze Pause.',
  'setup.code_bad': 'Ein Einrichtungscode hat acht Buchstaben und Ziffern.',
  'setup.file': 'Derselbe Code steht in einer Datei, die nur der Benutzer des Hosts lesen kann:',
  'setup.choose': 'Konsolenpasswort wählen',
  'setup.choose_lead': 'Es wird beim Anmelden verlangt und noch einmal, bevor ein Gerät Zugriff bekommt.',
  'setup.again': 'Noch einmal',
  'setup.too_short': {
    one: 'Mindestens 12 Zeichen sind nötig; {n} fehlt. Mehrere Wörter lassen sich gut merken.',
    other: 'Mindestens 12 Zeichen sind nötig; {n} fehlen. Mehrere Wörter lassen sich gut merken.',
  },
  'setup.weak': {
    one: 'Schwach. {n} Zeichen; es wiederholt sich.',
    other: 'Schwach. {n} Zeichen; es wiederholt sich.',
  },
  'setup.fair': {
    one: 'Brauchbar. {n} Zeichen. Einfügen ist erlaubt.',
    other: 'Brauchbar. {n} Zeichen. Einfügen ist erlaubt.',
  },
  'setup.good': {
    one: 'Gut. {n} Zeichen. Einfügen ist erlaubt.',
    other: 'Gut. {n} Zeichen. Einfügen ist erlaubt.',
  },
  'setup.strong': {
    one: 'Stark. {n} Zeichen. Einfügen ist erlaubt.',
    other: 'Stark. {n} Zeichen. Einfügen ist erlaubt.',
  },
  'setup.differ': 'Die beiden sind nicht gleich.',
  'setup.set': 'Passwort setzen',
  'setup.can': 'Was diese Maschine kann',
  'setup.can_lead': 'Sie können jetzt weitermachen und dies später unter Diagnose wieder ansehen.',
  'setup.first': 'Das erste Gerät koppeln',
  'setup.first_lead': 'Beide Wege enden in derselben Liste. Weitere Geräte können jederzeit dazukommen.',
  'setup.later': 'Später',
  'setup.finish': 'Fertig',
  'error.bad_code':
    'Der Einrichtungscode stimmt nicht. Nehmen Sie den neuesten aus dem Protokoll: Jeder Neustart des Hosts erzeugt einen neuen.',
  'error.bad_code_left': {
    one: 'Der Einrichtungscode stimmt nicht. Noch {n} Versuch, dann folgt eine kurze Pause.',
    other: 'Der Einrichtungscode stimmt nicht. Noch {n} Versuche, dann folgt eine kurze Pause.',
  },
  'error.already_claimed': 'Dieser Host ist schon eingerichtet. Melden Sie sich mit seinem Passwort an.',
  'error.not_claimed': 'Dieser Host hat noch kein Passwort. Richten Sie ihn zuerst ein.',
  'error.peer_not_allowed':
    'Dieser Host nimmt keine Browser aus Ihrem Netz an. Gehen Sie ins selbe Netz wie der Host, oder erlauben Sie es in seinen Einstellungen.',
} as const;
