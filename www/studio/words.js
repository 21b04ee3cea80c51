// @ts-check
/** The studio's own words; an embedded lesson loads without them. */
import { en } from '../i18n/en.js';
import { addWords } from '../i18n/index.js';
import { ja } from '../i18n/ja.js';

addWords({ en, ja });
