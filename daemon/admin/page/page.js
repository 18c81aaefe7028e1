// The live page: shows what /live tells. Every text of a feed becomes a text node; nothing is ever parsed as HTML.
'use strict';

const kKept = {articles: 24, duplicates: 12, deadLetters: 12};
const kHistorySeconds = 240;
const kRateSeconds = 5;
const kStepSeconds = 30;

const byId = (id) => document.getElementById(id);

function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === 'class') made.className = value;
    else if (name === 'text') made.textContent = value;
    else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

// --- Numbers ------------------------------------------------------------------------------------

const whole = new Intl.NumberFormat('en');

function rate(number) {
  if (!Number.isFinite(number)) return '–';
  return number >= 100 ? whole.format(Math.round(number)) : number.toFixed(1);
}
const percent = (share) => Number.isFinite(share) ? `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %` : '–';

function span(seconds) {
  if (!Number.isFinite(seconds)) return '–';
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 120) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86400)} d`;
}
const clock = (ms) => new Date(ms).toLocaleTimeString('en-GB');

// --- What the status says, added up over workers -------------------------------------------------

const kOutcomes = [
  ['enriched', 'enriched'], ['duplicates', 'duplicate'], ['dead_letter', 'dead letter'], ['filtered', 'filtered'],
];

function totalsOf(event) {
  const totals = {at: event.now_ms / 1000, read: 0, outcomes: {}, reasons: {}, steps: new Map(), latency: null};
  for (const [name] of kOutcomes) totals.outcomes[name] = 0;
  const addStep = (name, articles, seconds) => {
    const step = totals.steps.get(name) ?? {articles: 0, seconds: 0};
    step.articles += articles;
    step.seconds += seconds;
    totals.steps.set(name, step);
  };
  const stages = new Set(event.status.workers.map((worker) => worker.stage));
  const last = stages.has('enrich') ? 'enrich' : stages.has('judge') ? 'judge' : 'prepare';
  for (const worker of event.status.workers) {
    const counters = worker.counters;
    if (worker.stage === 'prepare') totals.read += counters.records_read;
    for (const [name] of kOutcomes) totals.outcomes[name] += counters[name];
    for (const [reason, count] of Object.entries(counters.dead_letters_by_reason)) {
      totals.reasons[reason] = (totals.reasons[reason] ?? 0) + count;
    }
    for (const step of counters.steps) addStep(step.name, step.in, step.seconds);
    if (counters.encode_seconds > 0) addStep('encode', counters.records_read, counters.encode_seconds);
    if (worker.stage === last) {
      const {bounds, counts} = counters.end_to_end;
      totals.latency ??= {bounds, counts: counts.map(() => 0)};
      counts.forEach((count, i) => { totals.latency.counts[i] += count; });
    }
  }
  return totals;
}

const history = [];

// The totals of about so long ago.
function totalsBefore(seconds) {
  const now = history[history.length - 1];
  let found = history[0];
  for (const totals of history) {
    if (now.at - totals.at >= seconds) found = totals;
    else break;
  }
  return found;
}

// A quantile out of buckets; within one, all values lie evenly.
function quantile(bounds, counts, share) {
  let left = share * counts.reduce((sum, count) => sum + count, 0);
  if (left <= 0) return NaN;
  for (let i = 0; i < counts.length; ++i) {
    if (counts[i] >= left) {
      const low = i === 0 ? 0 : bounds[i - 1];
      return i === bounds.length ? low : low + (bounds[i] - low) * left / counts[i];
    }
    left -= counts[i];
  }
  return NaN;
}

// --- Figures ------------------------------------------------------------------------------------

function row(cells) {
  const made = element('tr');
  cells.forEach((cell, i) => {
    const text = String(cell);
    const isNumber = /^[–\d]/.test(text);
    made.append(element(i === 0 ? 'th' : 'td',
                        i === 0 ? {scope: 'row', text} : {text, class: isNumber ? 'number' : ''}));
  });
  return made;
}

function showStatus(event) {
  const status = event.status;
  byId('who').textContent = `${status.application} · ${status.instance}`;
  byId('version').textContent = `newsfeedd ${status.version}, configuration ${status.config_digest}`;
  showState(status.ready ? 'ready' : status.why_not_ready || 'not ready', status.ready);
  history.push(totalsOf(event));
  while (history[history.length - 1].at - history[0].at > kHistorySeconds) history.shift();
  showTiles(event);
  showOutcomes();
  showReasons();
  showSteps();
  showPartitions(event);
  showWorkers(status);
}

function showState(text, good) {
  const state = byId('state');
  if (state.textContent !== text) state.textContent = text;
  state.className = good ? 'pill good' : 'pill bad';
}

function ratesOf(now, then, pick) {
  return now.at > then.at ? (pick(now) - pick(then)) / (now.at - then.at) : NaN;
}

function showTiles(event) {
  const now = history[history.length - 1];
  const then = totalsBefore(kRateSeconds);
  byId('tile-read').textContent = rate(ratesOf(now, then, (t) => t.read));
  byId('tile-published').textContent = rate(ratesOf(now, then, (t) => t.outcomes.enriched));
  let lag = 0;
  let age = NaN;
  for (const worker of event.status.workers) {
    for (const partition of worker.partitions) {
      lag += partition.lag;
      const seconds = ageOf(partition, event.now_ms);
      if (seconds > (age || 0)) age = seconds;
    }
  }
  byId('tile-lag').textContent = whole.format(lag);
  byId('tile-age').textContent = lag === 0 ? 'none' : span(age);
  const before = totalsBefore(60);
  if (now.latency && before.latency) {
    const counts = now.latency.counts.map((count, i) => count - before.latency.counts[i]);
    const part = (share) => span(quantile(now.latency.bounds, counts, share));
    byId('tile-latency').textContent = part(0.5);
    byId('tile-latency-p95').textContent = counts.some((count) => count > 0) ? `95 % in ${part(0.95)}` : '';
  }
  const judge = event.status.judge;
  byId('tile-judge').textContent = judge ? judge.office : 'none here';
  byId('tile-index').textContent = judge ? `${whole.format(judge.entries)} in the index` : '';
  showSpark();
}

function showSpark() {
  const points = [];
  for (let i = 1; i < history.length; ++i) points.push([history[i].at, ratesOf(history[i], history[i - 1], (t) => t.read)]);
  const highest = Math.max(1, ...points.map(([, value]) => value));
  const end = history[history.length - 1].at;
  const line = document.createElementNS('http://www.w3.org/2000/svg', 'polyline');
  line.setAttribute('points', points.map(([at, value]) =>
      `${(240 * (1 - (end - at) / kHistorySeconds)).toFixed(1)},${(38 - 36 * value / highest).toFixed(1)}`).join(' '));
  byId('spark').replaceChildren(line);
}

function showOutcomes() {
  const now = history[history.length - 1];
  const then = totalsBefore(kRateSeconds);
  const all = kOutcomes.reduce((sum, [name]) => sum + now.outcomes[name], 0);
  byId('outcomes').replaceChildren(...kOutcomes.map(([name, label]) => row([
    label, whole.format(now.outcomes[name]), rate(ratesOf(now, then, (t) => t.outcomes[name])),
    percent(now.outcomes[name] / all),
  ])));
}

function showReasons() {
  const reasons = Object.entries(history[history.length - 1].reasons).sort((a, b) => b[1] - a[1]);
  byId('reasons-empty').hidden = reasons.length > 0;
  byId('reasons-table').hidden = reasons.length === 0;
  byId('reasons').replaceChildren(...reasons.map(([reason, count]) => row([reason, whole.format(count)])));
}

function showSteps() {
  const now = history[history.length - 1];
  const before = totalsBefore(kStepSeconds);
  const steps = [...now.steps].map(([name, step]) => {
    const old = before.steps.get(name) ?? {articles: 0, seconds: 0};
    const moved = step.articles > old.articles;
    return {
      name, articles: step.articles,
      each: moved ? (step.seconds - old.seconds) / (step.articles - old.articles) : step.seconds / step.articles,
      seconds: step.seconds,
    };
  });
  const all = steps.reduce((sum, step) => sum + step.seconds, 0);
  byId('steps').replaceChildren(...steps.map((step) => row([
    step.name, whole.format(step.articles), rate(1e6 * step.each), percent(step.seconds / all),
  ])));
}

// Seconds since the last record that was read, where more is waiting behind it.
function ageOf(partition, nowMs) {
  if (partition.lag === 0 || partition.last_record === null) return NaN;
  return Math.max(0, (nowMs - Date.parse(partition.last_record)) / 1000);
}

function showPartitions(event) {
  const rows = [];
  for (const worker of event.status.workers) {
    for (const partition of worker.partitions) {
      rows.push([worker.stage, partition.topic, partition.partition, whole.format(partition.position),
                 partition.end < 0 ? '–' : whole.format(partition.lag), span(ageOf(partition, event.now_ms))]);
    }
  }
  rows.sort((a, b) => a[1] === b[1] ? a[2] - b[2] : a[1] < b[1] ? -1 : 1);
  byId('partitions').replaceChildren(...rows.map(row));
}

function showWorkers(status) {
  byId('workers').replaceChildren(...status.workers.map((worker) => row([
    `${worker.stage} ${worker.worker}`, worker.detail ? `${worker.state}: ${worker.detail}` : worker.state,
    whole.format(worker.counters.batches_committed), whole.format(worker.counters.batches_aborted),
  ])));
}

// --- Texts --------------------------------------------------------------------------------------

const encoder = new TextEncoder();
const decoder = new TextDecoder();

// Bytes [begin, end) with the mentions in it marked. Offsets of mentions count bytes of UTF-8.
function marked(bytes, begin, end, mentions) {
  const nodes = [];
  let at = begin;
  const text = (from, to) => decoder.decode(bytes.subarray(from, to));
  for (const mention of mentions) {
    if (mention.begin < at || mention.end > end) continue;
    nodes.push(text(at, mention.begin));
    nodes.push(element('mark', {class: mention.type, title: mention.title, text: text(mention.begin, mention.end)}));
    at = mention.end;
  }
  nodes.push(text(at, end));
  return nodes;
}

function mentionsOf(article, field) {
  const mentions = [];
  for (const entity of article.entities) {
    const links = entity.links.map((link) => `${link.scheme}:${link.id}`).join(' ');
    const title = [entity.type.toLowerCase(), entity.name, links].filter((part) => part).join(' · ');
    for (const mention of entity.mentions) {
      if (mention.field === field) mentions.push({begin: mention.begin, end: mention.end, type: entity.type, title});
    }
  }
  return mentions.sort((a, b) => a.begin - b.begin);
}

// [begin, end) in bytes of each paragraph.
function paragraphsOf(bytes) {
  const paragraphs = [];
  let begin = 0;
  for (let i = 0; i + 1 < bytes.length; ++i) {
    if (bytes[i] !== 10 || bytes[i + 1] !== 10) continue;
    paragraphs.push([begin, i]);
    begin = i + 2;
    ++i;
  }
  if (begin < bytes.length) paragraphs.push([begin, bytes.length]);
  return paragraphs;
}

// Before which paragraph each removed piece stood, as far as that can be told: places count bytes of the input, so what
// was removed before is taken off and the rest scaled to the body. On a page it cannot: those come at the end.
function placedRemovals(article, paragraphs, bodyBytes) {
  const pieces = article.cleanup?.removed ?? [];
  const onPage = pieces.some((piece) => piece.begin === 0 && piece.end === 0);
  const kept = article.cleanup?.quality?.kept || 1;
  const removedBytes = pieces.reduce((sum, piece) => sum + (piece.end - piece.begin), 0);
  const scale = bodyBytes / Math.max(1, bodyBytes / kept - removedBytes);
  let before = 0;
  return pieces.map((piece) => {
    const at = (piece.begin - before) * Math.min(1, scale);
    before += piece.end - piece.begin;
    let paragraph = paragraphs.length;
    if (!onPage) {
      const distances = [...paragraphs.map(([begin]) => begin), bodyBytes].map((place) => Math.abs(place - at));
      paragraph = distances.indexOf(Math.min(...distances));
    }
    return {piece, paragraph};
  });
}

function removedLine(piece) {
  const bytes = piece.size || piece.end - piece.begin;
  const text = piece.text ? piece.text + (piece.hash ? '…' : '') : `${whole.format(bytes)} bytes`;
  return element('p', {class: 'removed'}, element('del', {text}), element('span', {class: 'rule', text: piece.rule}));
}

function articleText(article) {
  const made = element('div', {class: 'text', lang: article.language || 'und', dir: 'auto'});
  const markedField = (text, field) => {
    const bytes = encoder.encode(text);
    return marked(bytes, 0, bytes.length, mentionsOf(article, field));
  };
  if (article.title) made.append(element('h3', {}, ...markedField(article.title, 'TITLE')));
  if (article.standfirst && !article.body.includes(article.standfirst)) {
    made.append(element('p', {class: 'standfirst'}, ...markedField(article.standfirst, 'STANDFIRST')));
  }
  const bytes = encoder.encode(article.body);
  const mentions = mentionsOf(article, 'BODY');
  const paragraphs = paragraphsOf(bytes);
  const removals = placedRemovals(article, paragraphs, bytes.length);
  const addRemovals = (paragraph) => {
    for (const removal of removals) if (removal.paragraph === paragraph) made.append(removedLine(removal.piece));
  };
  paragraphs.forEach(([begin, end], i) => {
    addRemovals(i);
    made.append(element('p', {}, ...marked(bytes, begin, end, mentions.filter((m) => m.begin >= begin && m.end <= end))));
  });
  addRemovals(paragraphs.length);
  return made;
}

function count(number, one, many) { return `${number} ${number === 1 ? one : many}`; }

function summaryOf(event) {
  const article = event.article;
  const removed = article.cleanup?.removed?.length ?? 0;
  const facts = [
    article.source?.name || article.source?.domain, article.language, clock(event.at_ms),
    count(article.entities.length, 'entity', 'entities'), removed ? `${removed} removed` : '',
  ].filter((fact) => fact);
  const badges = [article.dedup?.verdict ?? '', article.pubStatus === 'USABLE' ? '' : article.pubStatus]
      .filter((name) => name && name !== 'UNSPECIFIED')
      .flatMap((name) => [element('span', {class: `badge ${name}`, text: name.replaceAll('_', ' ')}), ' ']);
  return element('summary', {}, ...badges, element('span', {class: 'title', text: article.title || '(no title)'}), ' ',
                 element('span', {class: 'quiet', text: facts.join(' · ')}));
}

function placeOf(origin) { return origin ? `${origin.topic}:${origin.partition}:${origin.offset}` : ''; }

// Newest first; a record that was seen before (its batch was aborted) replaces itself.
function put(list, key, made, most) {
  for (const other of list.children) {
    if (key && other.dataset.key === key) {
      other.remove();
      break;
    }
  }
  made.dataset.key = key;
  list.prepend(made);
  while (list.children.length > most) list.lastElementChild.remove();
}

function showArticle(event) {
  const article = event.article;
  const details = element('details', {}, summaryOf(event));
  const fill = () => { if (details.children.length === 1) details.append(articleText(article), chipsOf(article)); };
  details.addEventListener('toggle', () => { if (details.open) fill(); });
  const list = byId('articles');
  byId('articles-empty').hidden = true;
  put(list, placeOf(article.origin), element('li', {}, details), kKept.articles);
}

function chipsOf(article) {
  const entities = [...article.entities].sort((a, b) => b.salience - a.salience).slice(0, 12);
  return element('ul', {class: 'chips', 'aria-label': 'Entities'}, ...entities.map((entity) =>
      element('li', {}, element('mark', {class: entity.type, title: entity.type.toLowerCase(), text: entity.name}),
              element('span', {class: 'quiet', text: ` ${count(entity.mentions.length, 'mention', 'mentions')}`}))));
}

function shortened(text, most) { return text.length > most ? `${text.slice(0, most)}…` : text; }

function sideOf(label, title, facts, lead) {
  return element('div', {}, element('p', {class: 'quiet', text: label}), element('h3', {text: title || '(no title)', dir: 'auto'}),
                 element('p', {class: 'quiet', text: facts}), element('p', {text: shortened(lead, 300), dir: 'auto'}));
}

function showDuplicate(event) {
  const article = event.article;
  const dedup = article.dedup;
  const original = event.original && event.original.id === dedup.canonicalId ? event.original : null;
  const source = article.source?.name || article.source?.domain || '';
  const copy = sideOf('Copy', article.title, [source, article.language, clock(event.at_ms)].filter((f) => f).join(' · '), article.body);
  const other = original ?
      sideOf('Original', original.title, placeOf(dedup.canonicalOrigin), original.lead) :
      element('div', {}, element('p', {class: 'quiet', text: 'Original'}),
              element('p', {text: dedup.canonicalId}),
              element('p', {class: 'quiet', text: `${placeOf(dedup.canonicalOrigin)}: went through before it could be sampled`}));
  const evidence = dedup.evidence ?? {};
  const figures = [`rule ${evidence.rule}`, `containment ${percent(Math.max(evidence.containment, evidence.containmentReverse))}`,
                   `lead ${percent(evidence.lead)}`, `numbers ${percent(evidence.numbers)}`, `title ${percent(evidence.title)}`];
  byId('duplicates-empty').hidden = true;
  put(byId('duplicates'), placeOf(article.origin),
      element('li', {class: 'pair'}, copy, other, element('p', {class: 'quiet evidence', text: figures.join(' · ')})), kKept.duplicates);
}

function showDeadLetter(event) {
  const place = `${event.topic}:${event.partition}:${event.offset}`;
  put(byId('dead-letters'), place,
      element('li', {}, element('span', {class: 'badge', text: event.reason}), ` ${event.detail} `,
              element('span', {class: 'quiet', text: `${event.stage} · ${place} · ${clock(event.at_ms)}`})), kKept.deadLetters);
}

function showEntities(event) {
  const most = event.entities[0]?.articles ?? 1;
  byId('entities-note').textContent = event.articles === 0 ? 'None yet.' :
      `Articles that name them, of ${whole.format(event.articles)} looked at (20 a second at most).`;
  byId('entities').replaceChildren(...event.entities.map((entity) => element('li', {},
      element('span', {}, element('mark', {class: entity.type, title: `${entity.type.toLowerCase()} · ${entity.id}`, text: entity.name})),
      element('meter', {min: 0, max: most, value: entity.articles, 'aria-label': entity.name}),
      element('span', {class: 'number', text: whole.format(entity.articles)}))));
}

// --- Events -------------------------------------------------------------------------------------

let paused = false;
// What came while the page was paused.
const waiting = [];
const kMostWaiting = 500;

function take(name, data) {
  const show = () => kEvents[name](JSON.parse(data));
  if (!paused || name === 'hello') return show();
  waiting.push(show);
  if (waiting.length > kMostWaiting) waiting.shift();
}

function hello(event) {
  history.length = waiting.length = 0;
  for (const id of ['articles', 'duplicates', 'dead-letters', 'entities']) byId(id).replaceChildren();
  for (const node of document.querySelectorAll('.content')) node.hidden = !event.content;
  if (event.content) return;
  const hidden = 'Content is not shown: the server does not listen on loopback, and admin.show_content is off.';
  for (const id of ['articles-empty', 'duplicates-empty', 'entities-note']) {
    byId(id).hidden = false;
    byId(id).textContent = hidden;
  }
}

// Of several articles at once the newest is opened, as long as the reader has opened none.
function openFirst() {
  const list = byId('articles');
  if (list.dataset.opened || list.children.length === 0) return;
  list.dataset.opened = 'yes';
  list.querySelector('details').open = true;
}

const kEvents = {
  'hello': hello,
  'status': (event) => { showStatus(event); openFirst(); },
  'article': showArticle,
  'duplicate': showDuplicate,
  'dead-letter': showDeadLetter,
  'entities': showEntities,
};

function connect() {
  const source = new EventSource('/live');
  for (const name of Object.keys(kEvents)) source.addEventListener(name, (message) => take(name, message.data));
  source.addEventListener('error', () => {
    showState('no connection, trying again', false);
    // Refused for good, as the browser sees it: as many pages are open as may be.
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, 5000);
  });
}

byId('pause').addEventListener('click', () => {
  paused = !paused;
  byId('pause').setAttribute('aria-pressed', String(paused));
  if (!paused) for (const show of waiting.splice(0)) show();
});
connect();
