export const gate = {
  'gate.language': 'Idioma',
  'gate.account': 'Cuenta',
  'login.title': 'Iniciar sesión en {host}',
  'login.password': 'Contraseña',
  'login.act': 'Iniciar sesión',
  'login.forgot': '¿Olvidó la contraseña?',
  'login.forgot_lead':
    'En la propia máquina ejecute <code>punktfunk-host password reset</code>. Muestra un nuevo código de instalación; sus dispositivos siguen emparejados.',
  'login.warned': '¿Por qué me avisó el navegador?',
  'login.warned_lead':
    'Este anfitrión creó su propio certificado, así que ninguna empresa responde por él. Abra el certificado en el navegador y compare su huella SHA-256 con esta, y con la que da <code>punktfunk-host ctl status</code> en la propia máquina. Si las tres son iguales, no hay nadie en medio.',
  'setup.steps': 'Pasos de la instalación',
  'setup.step_code': 'Código',
  'setup.step_password': 'Contraseña',
  'setup.step_checks': 'Comprobar',
  'setup.step_pair': 'Emparejar',
  'setup.done': 'Hecho:',
  'setup.title': 'Instalación',
  'setup.claim': 'Tomar posesión de este anfitrión',
  'setup.claim_lead':
    'Al arrancar, el anfitrión escribió un código de instalación en su registro. Demuestra que la máquina es suya.',
  'setup.code': 'Código de instalación',
  'setup.code_hint': 'Vale una vez. Tras cinco intentos fallidos hay una breve espera.',
  'setup.code_bad': 'Un código de instalación tiene ocho letras y cifras.',
  'setup.file': 'El mismo código está en un archivo que solo puede leer el usuario del anfitrión:',
  'setup.choose': 'Elegir la contraseña de la consola',
  'setup.choose_lead': 'Se pide al iniciar sesión, y otra vez antes de que un dispositivo reciba acceso.',
  'setup.again': 'Otra vez',
  'setup.too_short': {
    one: 'Hacen falta al menos 12 caracteres; falta {n}. Varias palabras se recuerdan bien.',
    other: 'Hacen falta al menos 12 caracteres; faltan {n}. Varias palabras se recuerdan bien.',
  },
  'setup.weak': { one: 'Débil. {n} carácter; se repite.', other: 'Débil. {n} caracteres; se repiten.' },
  'setup.fair': {
    one: 'Aceptable. {n} carácter. Se puede pegar.',
    other: 'Aceptable. {n} caracteres. Se puede pegar.',
  },
  'setup.good': {
    one: 'Buena. {n} carácter. Se puede pegar.',
    other: 'Buena. {n} caracteres. Se puede pegar.',
  },
  'setup.strong': {
    one: 'Fuerte. {n} carácter. Se puede pegar.',
    other: 'Fuerte. {n} caracteres. Se puede pegar.',
  },
  'setup.differ': 'Las dos no son iguales.',
  'setup.set': 'Fijar la contraseña',
  'setup.can': 'Lo que puede esta máquina',
  'setup.can_lead': 'Puede seguir ahora y volver a esto en Diagnóstico.',
  'setup.first': 'Emparejar el primer dispositivo',
  'setup.first_lead':
    'Ambos caminos acaban en la misma lista. Se pueden añadir más dispositivos en cualquier momento.',
  'setup.later': 'Más tarde',
  'setup.finish': 'Terminar',
  'error.bad_code':
    'Ese código de instalación no es correcto. Tome el más reciente del registro: cada reinicio del anfitrión crea uno nuevo.',
  'error.bad_code_left': {
    one: 'Ese código de instalación no es correcto. Queda {n} intento, después hay una breve espera.',
    other: 'Ese código de instalación no es correcto. Quedan {n} intentos, después hay una breve espera.',
  },
  'error.already_claimed': 'Este anfitrión ya está instalado. Inicie sesión con su contraseña.',
  'error.not_claimed': 'Este anfitrión aún no tiene contraseña. Instálelo primero.',
  'error.peer_not_allowed':
    'Este anfitrión no acepta navegadores de su red. Use la misma red que el anfitrión, o permítalo en sus ajustes.',
} as const;
