import { base, ApiError } from '../../api/client';
import { createResource } from '../../api/resource';
import type { App, Library } from './model';

export const apps = createResource<{ apps: App[] }>('/apps', ['apps.changed']);
export const library = createResource<Library>('/library', ['library.changed']);

// Pictures go as they are, not as JSON. Null takes the art away.
export async function putArt(id: number, file: Blob | null): Promise<void> {
  let response: Response;
  try {
    response = await fetch(`${base}/apps/${id}/art`, {
      method: file ? 'PUT' : 'DELETE',
      credentials: 'same-origin',
      ...(file ? { body: file, headers: { 'content-type': file.type } } : {}),
    });
  } catch {
    throw new ApiError(0, 'no_answer', '');
  }
  if (response.ok) return;
  const body = (await response.json().catch(() => ({}))) as Record<string, unknown>;
  throw new ApiError(
    response.status,
    typeof body.code === 'string' ? body.code : `http_${response.status}`,
    typeof body.error === 'string' ? body.error : '',
    body,
  );
}
