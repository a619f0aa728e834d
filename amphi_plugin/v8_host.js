// The world that Amphi's labextensions see when they run in a bare V8: no page, no Lab, no React.
// Everything that draws is a stub; everything that generates code is Amphi's own. A stub turned
// into text carries STUB_MARK, so that the Python side can refuse text that one has reached.
'use strict';
var STUB_MARK = 'PANDAS_TO_GLUE_STUB';
var self = globalThis;
var window = globalThis;
var hostReport = { failed: [], log: [] };
var console = (() => {
  const keep = level => (...args) => {
    if (level === 'error') {
      hostReport.log.push(args.map(a => (a && a.stack) || String(a)).join(' '));
    }
  };
  const quiet = () => undefined;
  return { log: quiet, info: quiet, debug: quiet, warn: quiet, trace: quiet, error: keep('error') };
})();
var setTimeout = () => 0;
var clearTimeout = () => undefined;
var setInterval = () => 0;
var clearInterval = () => undefined;

// The same pipeline gives the same text: no clock, no chance.
(() => {
  const fixed = 0;
  const RealDate = Date;
  class FixedDate extends RealDate {
    constructor(...args) {
      if (args.length) { super(...args); } else { super(fixed); }
    }
    static now() { return fixed; }
  }
  globalThis.Date = FixedDate;
  let seed = 0.5;
  Math.random = () => { seed = (seed * 9301 + 0.49297) % 1; return seed; };
})();

function hostStub(path) {
  const text = `${STUB_MARK}(${path})`;
  const made = new Map();
  const target = function () {};
  return new Proxy(target, {
    get(t, key) {
      if (key === Symbol.toPrimitive) { return () => text; }
      if (key === Symbol.iterator) { return function* () {}; }
      if (key === 'then') { return undefined; }
      if (key === '__esModule') { return true; }
      if (key === 'prototype') { return t.prototype; }
      if (key === 'toString' || key === 'toJSON') { return () => text; }
      if (made.has(key)) { return made.get(key); }
      const child = hostStub(`${path}.${String(key)}`);
      made.set(key, child);
      return child;
    },
    set(t, key, value) { made.set(key, value); return true; },
    has() { return true; },
    apply() { return hostStub(`${path}()`); },
    construct(t, args, newTarget) {
      // A subclass keeps its own methods; a bare `new Stub()` is a stub again.
      if (newTarget.prototype && newTarget.prototype !== t.prototype) {
        return Reflect.construct(function () {}, args, newTarget);
      }
      return hostStub(`new ${path}`);
    }
  });
}

// The few pieces of JupyterLab that generators really call.
function hostPathParts(path) {
  const parts = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') { continue; }
    if (part === '..' && parts.length && parts[parts.length - 1] !== '..') { parts.pop(); }
    else { parts.push(part); }
  }
  return parts;
}
const hostPathExt = {
  dirname: path => hostPathParts(path).slice(0, -1).join('/'),
  basename: (path, ext) => {
    const base = hostPathParts(path).pop() || '';
    return ext && base.endsWith(ext) ? base.slice(0, -ext.length) : base;
  },
  extname: path => {
    const base = hostPathParts(path).pop() || '';
    const dot = base.lastIndexOf('.');
    return dot > 0 ? base.slice(dot) : '';
  },
  join: (...paths) => hostPathParts(paths.filter(Boolean).join('/')).join('/'),
  normalize: path => hostPathParts(path).join('/'),
  relative: (from, to) => {
    const a = hostPathParts(from);
    const b = hostPathParts(to);
    let same = 0;
    while (same < a.length && same < b.length && a[same] === b[same]) { same += 1; }
    return [...a.slice(same).map(() => '..'), ...b.slice(same)].join('/');
  }
};
class HostToken {
  constructor(name, description) { this.name = name; this.description = description || ''; }
}
const hostReal = {
  '@lumino/coreutils': { Token: HostToken },
  '@jupyterlab/coreutils': { PathExt: hostPathExt }
};

function hostSharedStub(name) {
  const stub = hostStub(name);
  for (const [key, value] of Object.entries(hostReal[name] || {})) { stub[key] = value; }
  return stub;
}

// The share scope answers for every module anyone asks for. What Amphi's packages share with one
// another (the component manager) stays real; what is shared from npm is replaced by a stub.
const hostOwn = name => name.startsWith('@amphi/') || name === 'pandas-to-glue';
const hostScopeTarget = {};
function hostShared(name) {
  if (!Object.prototype.hasOwnProperty.call(hostScopeTarget, name)) {
    if (hostOwn(name)) {
      hostScopeTarget[name] = {};
    } else {
      const stub = hostSharedStub(name);
      const entry = () => ({ get: () => () => stub, from: 'zzz', eager: false, loaded: 1 });
      hostScopeTarget[name] = new Proxy({ '99.0.0': entry() }, {
        set(t, version) { t[version] = entry(); return true; }
      });
    }
  }
  return hostScopeTarget[name];
}
const hostScope = new Proxy(hostScopeTarget, {
  get(t, key) {
    if (typeof key !== 'string') { return t[key]; }
    return hostOwn(key) ? t[key] : hostShared(key);
  },
  has(t, key) { return hostOwn(String(key)) ? key in t : true; },
  getOwnPropertyDescriptor(t, key) {
    if (typeof key === 'string' && !hostOwn(key)) { hostShared(key); }
    return Reflect.getOwnPropertyDescriptor(t, key);
  }
});

// Chunks: Python has put the text of each package's own chunks into hostChunks; the others (npm
// packages, styles) count as loaded and empty, and a module of theirs is a stub.
const hostChunks = {};
const hostEmptyChunks = {};
const hostIndirectEval = eval;
function hostFactoryFor(id) {
  return (module) => { module.exports = hostStub(`module:${id}`); };
}
function hostWithFallback(modules) {
  if (modules.hostDone) { return; }
  Object.setPrototypeOf(modules, new Proxy({}, {
    get(t, id) {
      if (typeof id !== 'string' || id === 'hostDone') { return undefined; }
      if (/node_modules|\.css$|\.svg$|^data:|^\d+$|style\//.test(id)) { return hostFactoryFor(id); }
      return undefined;
    },
    has() { return false; }
  }));
  Object.defineProperty(modules, 'hostDone', { value: true, enumerable: false });
}
// A user-interface module that cannot start without a page becomes a stub, and is reported.
function hostGuarded(modules) {
  const guarded = {};
  for (const [id, factory] of Object.entries(modules)) {
    guarded[id] = function (module, exports, require) {
      try {
        return factory.call(this, module, exports, require);
      } catch (error) {
        hostReport.failed.push(`${id}: ${error && error.message}`);
        module.exports = hostStub(`module:${id}`);
      }
    };
  }
  return guarded;
}
function hostLoadChunk(url) {
  const file = url.replace(/[?#].*$/, '').replace(/^.*\//, '');
  const chunk = hostChunks[file];
  if (chunk !== undefined) {
    const queue = globalThis[chunk.global];
    const push = queue.push;
    queue.push = ([ids, modules, runtime]) => push([ids, hostGuarded(modules), runtime]);
    try { hostIndirectEval(chunk.text); } finally { queue.push = push; }
    return;
  }
  const empty = hostEmptyChunks[file];
  if (empty === undefined) { throw new Error(`no such chunk: ${file}`); }
  globalThis[empty.global].push([[empty.id], {}, r => hostWithFallback(r.m)]);
}
var document = {
  currentScript: { tagName: 'SCRIPT', src: 'http://localhost/static/remoteEntry.js' },
  getElementsByTagName: () => [],
  createElement: () => ({ setAttribute() {}, getAttribute: () => null, parentNode: null }),
  head: {
    appendChild(script) {
      try {
        hostLoadChunk(script.src);
        script.onload({ type: 'load', target: script });
      } catch (error) {
        hostReport.failed.push(`${script.src}: ${error && error.stack}`);
        script.onerror({ type: 'error', target: script });
      }
    }
  },
  documentElement: hostStub('document.documentElement'),
  body: hostStub('document.body'),
  querySelector: () => null,
  querySelectorAll: () => [],
  addEventListener() {},
  createTextNode: () => ({})
};
var navigator = { userAgent: 'v8', platform: 'v8', language: 'en' };
var location = { href: 'http://localhost/', origin: 'http://localhost', protocol: 'http:' };
var localStorage = { getItem: () => null, setItem() {}, removeItem() {} };
var addEventListener = () => undefined;
var removeEventListener = () => undefined;

// Start: init every container, then activate each plugin that needs the component manager alone.
var hostState = { error: null, service: null, generator: null, ready: false };
async function hostStart(containers) {
  try {
    const exposed = [];
    for (const { name, module } of containers) {
      const container = _JUPYTERLAB[name];
      if (!container) { throw new Error(`${name} did not register itself`); }
      await container.init(hostScope);
      exposed.push({ name, module, container });
    }
    const managerName = '@amphi/pipeline-components-manager';
    const manager = (await _JUPYTERLAB[managerName].get('./index'))();
    hostState.generator = manager.CodeGenerator;
    const app = hostStub('app');
    app.activatePlugin = () => Promise.resolve();
    app.resolveRequiredService = token => {
      if (token === manager.ComponentManager) { return Promise.resolve(hostState.service); }
      return Promise.reject(new Error(`no ${token && token.name} without a browser`));
    };
    for (const { name, module, container } of exposed) {
      let plugins = (await container.get(module))().default;
      plugins = Array.isArray(plugins) ? plugins : [plugins];
      for (const plugin of plugins) {
        if (name === 'pandas-to-glue') {
          // Ours needs no tokens: it looks for Amphi itself, as it does in the Lab.
          if (plugin.id.endsWith(':components')) { await plugin.activate(app); }
          continue;
        }
        const needs = plugin.requires || [];
        if (!needs.every(token => token === manager.ComponentManager)) { continue; }
        if (plugin.provides !== manager.ComponentManager && needs.length === 0) { continue; }
        const result = await plugin.activate(app, ...needs.map(() => hostState.service));
        if (plugin.provides === manager.ComponentManager) { hostState.service = result; }
      }
    }
    hostState.ready = true;
  } catch (error) {
    hostState.error = String((error && error.stack) || error);
  }
}

function hostComponents() {
  const plain = (key, value) => {
    if (key === 'icon' || key === '_icon') { return undefined; }
    return typeof value === 'function' ? undefined : value;
  };
  return JSON.stringify(hostState.service.getComponents().map(c => ({
    id: c._id, name: c._name, type: c._type, category: c._category, description: c._description,
    default: c._default, form: c._form
  })), plain);
}

function hostGenerate(pipelineText) {
  const log = hostReport.log;
  log.length = 0;
  try {
    const pipeline = JSON.parse(pipelineText);
    const nodes = pipeline.pipelines[0].flow.nodes;
    const unknown = nodes.filter(n => !hostState.service.getComponent(n.type))
      .map(n => ({ id: n.id, type: n.type }));
    if (unknown.length) { return JSON.stringify({ unknown }); }
    const commands = { execute: () => Promise.resolve() };
    // Automatic names, as the editor itself exports.
    const source = hostState.generator.generateCode(pipelineText, commands, hostState.service, true);
    return JSON.stringify({ source, log });
  } catch (error) {
    return JSON.stringify({ error: String((error && error.message) || error), log });
  }
}
