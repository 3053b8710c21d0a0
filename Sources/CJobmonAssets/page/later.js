// What is not needed before the mosaic is drawn: the other sections, the job, the other views, the keyboard.
import { startHosts } from './hosts.js';
import { jobState, startJob } from './job.js';
import { startKeys } from './keys.js';
import { startResources } from './resources.js';
import { session } from './session.js';
import { showStates, startStates } from './states.js';
import { startTable, tableState } from './table.js';
import { startTimeline } from './timeline.js';

const $ = (id) => document.getElementById(id);

/** Builds them; returns the loaders of the views, and the functions that follow the URL and /v1/view. */
export async function startLater() {
  // A report has it in its head.
  if (!session.report) await new Promise((done) => {
    const sheet = document.createElement('link');
    Object.assign(sheet, { rel: 'stylesheet', href: '/page/more.css', onload: done, onerror: done });
    document.head.append(sheet);
  });
  startStates($('states'), $('quantiles'));
  startTable($('jobs'));
  startJob($('job'));
  startKeys($('help'));
  const loaders = { hosts: startHosts($('hosts')), timeline: startTimeline($('timeline')), resources: startResources($('resources')) };
  tableState(null);
  jobState(null);
  return { loaders, showStates, follow(before) { tableState(before); jobState(before); } };
}
