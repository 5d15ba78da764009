import { common } from './common';
import { devices } from './devices';
import { gate } from './gate';
import { home } from './home';
import { more } from './more';

export const en = { ...common, ...home, ...devices, ...gate, ...more } as const;
