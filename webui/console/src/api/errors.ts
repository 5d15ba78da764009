// Errors as sentences: what happened, what it means, what to do.
import { t, tMaybe } from '../i18n';
import { ApiError } from './client';

export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError(0, 'internal', error instanceof Error ? error.message : String(error));
}

// The sentence for the person, in their language where the console knows the case, else the host's own.
export function sentence(error: unknown): string {
  const known = asApiError(error);
  switch (known.code) {
    case 'no_answer':
      return t('error.no_answer');
    case 'bad_password': {
      const left = known.number('tries_left');
      return left ? t('error.bad_password_left', { n: left }) : t('error.bad_password');
    }
    case 'bad_code': {
      const left = known.number('tries_left');
      return left ? t('error.bad_code_left', { n: left }) : t('error.bad_code');
    }
    case 'locked':
      return t('error.locked', {
        n: Math.max(1, Math.ceil(known.number('wait_s') ?? known.retryAfter ?? 1)),
      });
  }
  return tMaybe(`error.${known.code}`) ?? (known.sentence || t('error.unknown', { code: known.code }));
}
