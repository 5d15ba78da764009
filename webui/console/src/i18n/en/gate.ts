export const gate = {
  'gate.language': 'Language',
  'gate.account': 'Account',
  'login.title': 'Sign in to {host}',
  'login.password': 'Password',
  'login.act': 'Sign in',
  'login.forgot': 'Forgotten the password?',
  'login.forgot_lead':
    'On the machine itself, run <code>punktfunk-host password reset</code>. It prints a new set-up code; your devices stay paired.',
  'login.warned': 'Why did my browser warn me?',
  'login.warned_lead':
    'This host made its own certificate, so no company vouches for it. Open the certificate in your browser and compare its SHA-256 fingerprint with this one, and with the one that <code>punktfunk-host ctl status</code> prints on the machine itself. If all three are the same, nobody is in between.',
  'setup.steps': 'Set-up steps',
  'setup.step_code': 'Set-up code',
  'setup.step_password': 'Password',
  'setup.step_checks': 'Checks',
  'setup.step_pair': 'Pair',
  'setup.done': 'Done:',
  'setup.title': 'Set up',
  'setup.claim': 'Claim this host',
  'setup.claim_lead':
    'A set-up code was written to the host’s log when it started. It proves that the machine is yours.',
  'setup.code': 'Set-up code',
  'setup.code_hint': 'Works once. Five wrong tries, and there is a short wait.',
  'setup.code_bad': 'A set-up code has eight letters and digits.',
  'setup.file': 'The same code is in a file that only the user of the host can read:',
  'setup.choose': 'Choose the console password',
  'setup.choose_lead': 'It is asked when you sign in, and again before a device gets access.',
  'setup.again': 'Again',
  'setup.too_short': {
    one: 'At least 12 characters are needed; {n} is missing. Several words are easy to keep in mind.',
    other: 'At least 12 characters are needed; {n} are missing. Several words are easy to keep in mind.',
  },
  'setup.weak': {
    one: 'Weak. {n} character; it repeats itself.',
    other: 'Weak. {n} characters; it repeats itself.',
  },
  'setup.fair': {
    one: 'Fair. {n} character. Pasting is fine.',
    other: 'Fair. {n} characters. Pasting is fine.',
  },
  'setup.good': {
    one: 'Good. {n} character. Pasting is fine.',
    other: 'Good. {n} characters. Pasting is fine.',
  },
  'setup.strong': {
    one: 'Strong. {n} character. Pasting is fine.',
    other: 'Strong. {n} characters. Pasting is fine.',
  },
  'setup.differ': 'The two are not the same.',
  'setup.set': 'Set the password',
  'setup.can': 'What this machine can do',
  'setup.can_lead': 'You can go on now and come back to these under Diagnostics.',
  'setup.first': 'Pair your first device',
  'setup.first_lead': 'Both ways end in the same list. More devices can be added at any time.',
  'setup.later': 'Later',
  'setup.finish': 'Finish',
  'error.bad_code':
    'That set-up code is not right. Look at the newest one in the log: a restart of the host makes a new one.',
  'error.bad_code_left': {
    one: 'That set-up code is not right. {n} more try, then there is a short wait.',
    other: 'That set-up code is not right. {n} more tries, then there is a short wait.',
  },
  'error.already_claimed': 'This host was claimed already. Sign in with its password.',
  'error.not_claimed': 'This host has no password yet. Set it up first.',
  'error.peer_not_allowed':
    'This host takes no browsers from your network. Use the same network as the host, or allow it in the host’s settings.',
} as const;
