import type { Catalogue } from '..';
import { apps } from './apps';
import { common } from './common';
import { devices } from './devices';
import { gate } from './gate';
import { home } from './home';
import { more } from './more';
import { tokens } from './tokens';
import { certificate } from './certificate';
import { power } from './power';
import { diagnostics } from './diagnostics';
import { displays } from './displays';
import { host } from './host';
import { settings } from './settings';

export const ja: Catalogue = {
  ...common,
  ...home,
  ...devices,
  ...gate,
  ...more,
  ...tokens,
  ...certificate,
  ...apps,
  ...displays,
  ...host,
  ...power,
  ...settings,
  ...diagnostics,
};
