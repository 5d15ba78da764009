// What only the pages of the machine show.
import { createResource } from '../../api/resource';
import type { Action } from '../../api/types';
import type { Settings } from './model';

export interface EncoderFormat {
  codec: string;
  ten_bit?: boolean;
  full_chroma?: boolean;
  ok: boolean;
  probe_ms?: number;
  frame_us?: number;
  reason?: string;
}

export interface EncoderRow {
  name: string;
  device?: string;
  hardware: boolean;
  in_use?: boolean;
  codecs: EncoderFormat[];
}

export interface Encoders {
  encoders: EncoderRow[];
  codecs: string[];
  probed_unix?: number;
}

export const encoders = createResource<Encoders>('/encoders', ['diagnostics.changed', 'settings.changed']);
export const actions = createResource<{ actions: Action[] }>('/actions', ['action.*', 'host.started']);
export const settings = createResource<Settings>('/settings', ['settings.changed']);
