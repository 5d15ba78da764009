export const gate = {
  'login.act': 'Sign in',
} as const;
