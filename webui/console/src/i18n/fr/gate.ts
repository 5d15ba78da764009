export const gate = {
  'gate.language': 'Langue',
  'gate.account': 'Compte',
  'login.title': 'Se connecter à {host}',
  'login.password': 'Mot de passe',
  'login.act': 'Se connecter',
  'login.forgot': 'Mot de passe oublié ?',
  'login.forgot_lead':
    'Sur la machine elle-même, lancez <code>punktfunk-host password reset</code>. La commande affiche un nouveau code d’installation ; vos appareils restent associés.',
  'login.warned': 'Pourquoi mon navigateur m’a-t-il averti ?',
  'login.warned_lead':
    'Cet hôte a créé son propre certificat, aucune société ne s’en porte garante. Ouvrez le certificat dans le navigateur et comparez son empreinte SHA-256 avec celle-ci, et avec celle que <code>punktfunk-host ctl status</code> donne sur la machine elle-même. Si les trois sont identiques, personne ne s’est glissé entre les deux.',
  'setup.steps': 'Étapes de l’installation',
  'setup.step_code': 'Code',
  'setup.step_password': 'Mot de passe',
  'setup.step_checks': 'Contrôles',
  'setup.step_pair': 'Associer',
  'setup.done': 'Fait :',
  'setup.title': 'Installation',
  'setup.claim': 'Prendre possession de cet hôte',
  'setup.claim_lead':
    'Un code d’installation a été écrit dans le journal de l’hôte à son démarrage. Il prouve que la machine est à vous.',
  'setup.code': 'Code d’installation',
  'setup.code_hint': 'Vaut une seule fois. Après cinq essais erronés, il y a une courte attente.',
  'setup.code_bad': 'Un code d’installation a huit lettres et chiffres.',
  'setup.file': 'Le même code se trouve dans un fichier que seul l’utilisateur de l’hôte peut lire :',
  'setup.choose': 'Choisir le mot de passe de la console',
  'setup.choose_lead': 'Il est demandé à la connexion, et de nouveau avant qu’un appareil reçoive un accès.',
  'setup.again': 'Encore une fois',
  'setup.too_short': {
    one: 'Il faut au moins 12 caractères ; il en manque {n}. Plusieurs mots se retiennent bien.',
    other: 'Il faut au moins 12 caractères ; il en manque {n}. Plusieurs mots se retiennent bien.',
  },
  'setup.weak': {
    one: 'Faible. {n} caractère, avec répétitions.',
    other: 'Faible. {n} caractères, avec répétitions.',
  },
  'setup.fair': {
    one: 'Correct. {n} caractère. Le collage est permis.',
    other: 'Correct. {n} caractères. Le collage est permis.',
  },
  'setup.good': {
    one: 'Bon. {n} caractère. Le collage est permis.',
    other: 'Bon. {n} caractères. Le collage est permis.',
  },
  'setup.strong': {
    one: 'Fort. {n} caractère. Le collage est permis.',
    other: 'Fort. {n} caractères. Le collage est permis.',
  },
  'setup.differ': 'Les deux ne sont pas identiques.',
  'setup.set': 'Définir le mot de passe',
  'setup.can': 'Ce que cette machine sait faire',
  'setup.can_lead': 'Vous pouvez continuer et revenir à ceci sous Diagnostic.',
  'setup.first': 'Associer votre premier appareil',
  'setup.first_lead':
    'Les deux chemins mènent à la même liste. D’autres appareils peuvent s’ajouter à tout moment.',
  'setup.later': 'Plus tard',
  'setup.finish': 'Terminer',
  'error.bad_code':
    'Ce code d’installation n’est pas le bon. Prenez le plus récent du journal : chaque redémarrage de l’hôte en crée un.',
  'error.bad_code_left': {
    one: 'Ce code d’installation n’est pas le bon. Encore {n} essai, puis une courte attente.',
    other: 'Ce code d’installation n’est pas le bon. Encore {n} essais, puis une courte attente.',
  },
  'error.already_claimed': 'Cet hôte est déjà installé. Connectez-vous avec son mot de passe.',
  'error.not_claimed': 'Cet hôte n’a pas encore de mot de passe. Installez-le d’abord.',
  'error.peer_not_allowed':
    'Cet hôte n’accepte pas de navigateurs de votre réseau. Passez sur le même réseau que l’hôte, ou autorisez-le dans ses réglages.',
} as const;
