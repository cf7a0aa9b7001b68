/**
 * @file All built-ins that were taken, for the second part. A build writes this out name by name: a namespace object
 * would have to be made for every page. May be imported by page/second-part.js only.
 */

import * as fetching from './fetch-primordials.js';
import * as files from './file-primordials.js';
import * as language from './primordials.js';
import * as windows from './window-primordials.js';

export const builtIns = () => ({ ...fetching, ...files, ...language, ...windows });
