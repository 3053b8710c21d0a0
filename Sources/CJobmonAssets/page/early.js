// Runs before the page is drawn: sets the chosen theme, says what this browser lacks, and asks for the session and the
// numbers of the first screen while the modules are loaded. Plain script for old browsers.
(function () {
  var root = document.documentElement, theme = null;
  try { theme = localStorage.getItem('jobmon-theme'); } catch (e) { /* no storage: the system's theme */ }
  if (theme === 'dark' || theme === 'light') root.setAttribute('data-theme', theme);
  var missing = [];
  if (!('noModule' in document.createElement('script'))) missing.push('JavaScript modules');
  var isReport = root.hasAttribute('data-report');
  if (!isReport && !window.EventSource) missing.push('EventSource (live updates)');
  if (isReport && !window.DecompressionStream) missing.push('DecompressionStream (to unpack this file)');
  if (!document.createElement('canvas').getContext) missing.push('canvas (the pictures)');
  if (!window.HTMLDialogElement) missing.push('the dialog element (actions)');
  if (!missing.length) { if (!isReport) ask(); return; }
  root.setAttribute('data-missing', missing.join(', '));
  document.addEventListener('DOMContentLoaded', function () {
    var box = document.getElementById('missing');
    box.textContent = 'This browser lacks ' + missing.join(', ') + '. Use a current Firefox, Chromium or Safari, or see the same in a terminal with "jobmon watch".';
    box.hidden = false;
  });

  // api.js takes these answers instead of asking again.
  function ask() {
    var early = window.jobmonEarly = {}, options = { credentials: 'same-origin', cache: 'no-store' };
    var token = new URLSearchParams(location.hash.slice(1)).get('token'), query = new URLSearchParams(location.search);
    ['view', 'sort', 'order', 'colour', 'job'].forEach(function (name) { query.delete(name); });
    query.sort();
    var view = '/v1/view' + (query.toString() ? '?' + query : ''), enter;
    function see() { return fetch(view, options); }
    if (token) {
      enter = early['POST /v1/session'] = fetch('/v1/session', {
        method: 'POST', body: JSON.stringify({ token: token }), credentials: 'same-origin', cache: 'no-store',
        headers: { 'Content-Type': 'application/json', 'X-Jobmon-Page': '1' }
      });
      early['GET ' + view] = enter.then(see);
    } else {
      early['GET /v1/session'] = fetch('/v1/session', options);
      early['GET ' + view] = see();
    }
    Object.keys(early).forEach(function (key) { early[key].catch(function () { /* told by the one who takes it */ }); });
  }
}());
