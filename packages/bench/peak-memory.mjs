/** @file Loaded before a program (`node --import`): writes its largest resident memory in kilobytes when it ends. */
import { writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

if (isMainThread) process.on('exit', () => writeFileSync(process.env.VENTRAL_PEAK_FILE, String(process.resourceUsage().maxRSS)));
