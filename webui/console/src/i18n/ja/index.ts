import type { Catalogue } from '..';
import { en } from '../en';
import { apps } from './apps';
import { diagnostics } from './diagnostics';
import { displays } from './displays';
import { host } from './host';
import { settings } from './settings';

export const ja: Catalogue = { ...en, ...apps, ...displays, ...host, ...settings, ...diagnostics };
