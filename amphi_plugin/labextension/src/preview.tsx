// The preview: pandas left, Glue right, what became of each step, and what to do next.
import {
  Clipboard, Dialog, Notification, ReactWidget, showDialog, showErrorMessage
} from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import { Contents } from '@jupyterlab/services';
import React from 'react';
import { Code } from './code';
import {
  IEntry, IExportSettings, IFile, IMatch, IRunState, ITranspilation, runState, startRun, Verdict
} from './api';

const WORDS: Record<Verdict, string> = {
  refused: 'no translation; the job cannot be made',
  driver: 'pandas on the driver: exact, but it does not scale',
  udf: 'your Python, as a vectorised UDF',
  runtime: 'looks at the schema when the job starts',
  native: 'plain Spark',
  kept: 'plain Python that touches no frame'
};
const ORDER: Verdict[] = ['refused', 'driver', 'udf', 'runtime', 'native', 'kept'];
const rank = (entry: IEntry) => ORDER.indexOf(entry.verdict);
const POLL = 700;
// What the report says of a step that is on the driver only because the one before it is.
const FOLLOWS = 'what it works on is pandas on the driver';

function moreWords(hidden: number, after: number): string {
  const parts = [];
  if (hidden > 0) {
    parts.push(`${hidden} more`);
  }
  if (after > 0) {
    parts.push(after > 1 ? `${after} steps follow on the driver` : '1 step follows on the driver');
  }
  return parts.join(', and ');
}

export interface IPreviewState {
  result: ITranspilation;
  settings: IExportSettings;
}

interface IHooks {
  contents: Contents.IManager;
  open(path: string): void;
  edit(): void;
}

/** line → the worst verdict on it. */
function marksOf(entries: IEntry[]): Map<number, { kind: string; title: string }> {
  const marks = new Map<number, { kind: string; title: string }>();
  for (const entry of [...entries].sort((a, b) => rank(b) - rank(a))) {
    const words = entry.message ? `: ${entry.message}` : '';
    marks.set(entry.line, { kind: entry.verdict, title: `${entry.verdict}${words}` });
  }
  return marks;
}

function Chips({ counts }: { counts: Record<Verdict, number> }): JSX.Element {
  return (
    <span className="p2g-chips">
      {ORDER.filter(verdict => counts[verdict]).map(verdict => (
        <span key={verdict} className={`p2g-chip p2g-v-${verdict}`} title={WORDS[verdict]}>
          <b>{counts[verdict]}</b> {verdict}
        </span>
      ))}
    </span>
  );
}

function Problems(props: {
  result: ITranspilation;
  onLine(line: number): void;
}): JSX.Element {
  const { result, onLine } = props;
  const [all, setAll] = React.useState(false);
  const told = [...result.entries]
    .filter(entry => entry.message || rank(entry) <= 1)
    .filter(entry => all || entry.message !== FOLLOWS)
    .sort((a, b) => rank(a) - rank(b) || a.line - b.line);
  const after = result.entries.filter(entry => entry.message === FOLLOWS).length;
  const shown = all ? told : told.slice(0, 6);
  if (!told.length && !result.repairs.length && !result.error) {
    return <div className="p2g-calm">Every step became plain Spark. Nothing to look at.</div>;
  }
  return (
    <ul className="p2g-list">
      {result.error && (
        <li className="p2g-v-refused" onClick={() => onLine(result.error!.line)}>
          <span className="p2g-where">line {result.error.line}</span>
          <span className="p2g-chip p2g-v-refused">refused</span>
          <span>{result.error.message}</span>
        </li>
      )}
      {shown.map((entry, index) => (
        <li key={index} className={`p2g-v-${entry.verdict}`} onClick={() => onLine(entry.line)}>
          <span className="p2g-where">line {entry.line}</span>
          <span className={`p2g-chip p2g-v-${entry.verdict}`}>{entry.verdict}</span>
          <span>
            {entry.message || WORDS[entry.verdict]}
            <code>{entry.source.split('\n')[0].slice(0, 100)}</code>
          </span>
        </li>
      ))}
      {result.repairs.map((repair, index) => (
        <li key={`r${index}`} onClick={() => onLine(repair.line)}>
          <span className="p2g-where">line {repair.line}</span>
          <span className="p2g-chip">repaired</span>
          <span>{repair.message}</span>
        </li>
      ))}
      {(told.length > 6 || after > 0) && (
        <li className="p2g-more">
          <button type="button" onClick={() => setAll(!all)}>
            {all ? 'Fewer' : moreWords(told.length - 6, after)}
          </button>
        </li>
      )}
    </ul>
  );
}

function RunResult({ run }: { run: IRunState }): JSX.Element {
  const word = { running: 'Running', equal: 'Equal', different: 'Different', failed: 'Failed' };
  return (
    <div className={`p2g-run p2g-run-${run.state}`} role="status">
      <b>{word[run.state]}</b>
      <span>{run.state === 'running' ? run.stage : run.message}</span>
      <span className="p2g-where">{run.seconds.toFixed(0)} s</span>
      {run.state === 'running' && <progress />}
      {run.outputs.map(output => (
        <div key={output.path} className={output.equal ? 'p2g-same' : 'p2g-other'}>
          {output.equal ? '✓' : '✗'} {output.path} {output.message}
        </div>
      ))}
    </div>
  );
}

/** Save the files beside the pipeline; asks before it replaces a file that differs. */
async function saveFiles(
  contents: Contents.IManager,
  folder: string,
  files: IFile[]
): Promise<string[]> {
  const replaced: string[] = [];
  for (const file of files) {
    const path = PathExt.join(folder, file.name);
    const there = await contents.get(path, { content: true }).catch(() => null);
    if (there && there.content !== file.text) {
      replaced.push(file.name);
    }
  }
  if (replaced.length) {
    const answer = await showDialog({
      title: 'Replace what is there?',
      body: `${replaced.join(', ')} will be replaced.`,
      buttons: [Dialog.cancelButton(), Dialog.warnButton({ label: 'Replace' })]
    });
    if (!answer.button.accept) {
      return [];
    }
  }
  for (const file of files) {
    const path = PathExt.join(folder, file.name);
    await contents.save(path, { type: 'file', format: 'text', content: file.text });
  }
  return files.map(file => PathExt.join(folder, file.name));
}

function useRun(state: IPreviewState): [IRunState | null, () => void] {
  const [run, setRun] = React.useState<IRunState | null>(null);
  const alive = React.useRef(true);
  React.useEffect(() => {
    alive.current = true;
    return () => {
      alive.current = false;
    };
  }, []);
  const start = async () => {
    const { result, settings } = state;
    const running = { state: 'running' as const, outputs: [], message: '', seconds: 0 };
    setRun({ ...running, stage: 'Starting Spark' });
    try {
      const { id } = await startRun(result.pandas, result.job, settings.path);
      for (;;) {
        const now = await runState(id);
        if (!alive.current) {
          return;
        }
        setRun(now);
        if (now.state !== 'running') {
          return;
        }
        await new Promise(resolve => window.setTimeout(resolve, POLL));
      }
    } catch (error) {
      setRun({ ...running, state: 'failed', stage: '', message: (error as Error).message });
    }
  };
  return [run, start];
}

function matching(matches: IMatch[], side: 'pandas' | 'job', line: number): IMatch | null {
  return matches.find(match => match[side][0] <= line && line <= match[side][1]) ?? null;
}

function Actions(props: {
  state: IPreviewState;
  hooks: IHooks;
  file: IFile | undefined;
  onRun(): void;
  busy: boolean;
}): JSX.Element {
  const { state, hooks, file, onRun, busy } = props;
  const { result, settings } = state;
  const save = async () => {
    const folder = PathExt.dirname(settings.path);
    try {
      const saved = await saveFiles(hooks.contents, folder, result.files);
      if (saved.length) {
        Notification.success(`Saved ${saved.map(p => PathExt.basename(p)).join(', ')}`, {
          autoClose: 6000,
          actions: [{ label: 'Open the job', callback: () => hooks.open(saved[0]) }]
        });
      }
    } catch (error) {
      // A notification of an error stays behind the bell; this one has to be seen.
      void showErrorMessage('The files could not be saved', (error as Error).message);
    }
  };
  const copy = () => {
    Clipboard.copyToSystem(file?.text ?? '');
    Notification.success(`${file?.name} is on the clipboard`, { autoClose: 2000 });
  };
  return (
    <div className="p2g-actions">
      <button type="button" className="p2g-quiet" data-p2g="settings" onClick={hooks.edit}>
        Settings
      </button>
      <button
        type="button" className="p2g-quiet" data-p2g="copy" onClick={copy} disabled={!file}
      >
        Copy
      </button>
      <button
        type="button" className="p2g-quiet" data-p2g="run" onClick={onRun}
        disabled={busy || !result.job}
        title="Run the pandas program and the job on this machine, and compare every output"
      >
        Run locally
      </button>
      <button
        type="button" className="p2g-main" data-p2g="save" onClick={save}
        disabled={!result.files.length}
      >
        Save files
      </button>
    </div>
  );
}

function Preview({ state, hooks }: { state: IPreviewState; hooks: IHooks }): JSX.Element {
  const { result, settings } = state;
  const [lit, setLit] = React.useState<IMatch | null>(null);
  const [shown, setShown] = React.useState('job');
  const [run, start] = useRun(state);
  const files = result.files.filter(file => file.kind !== 'pandas' && file.kind !== 'report');
  const file = files.find(f => f.kind === shown) ?? files[0];
  const marks = React.useMemo(() => marksOf(result.entries), [result]);
  const firstStep = Math.min(...result.matches.map(match => match.job[0]));
  const light = (side: 'pandas' | 'job') => (line: number | null) => {
    const found = line === null ? null : matching(result.matches, side, line);
    setLit(found ?? (side === 'pandas' && line ? { pandas: [line, line], job: [0, 0] } : null));
  };
  return (
    <div className="p2g-preview">
      <header>
        <div className="p2g-title">
          <b>{settings.jobName}</b>
          <span>Glue {settings.glueVersion}</span>
          <span>
            {settings.numberOfWorkers} × {settings.workerType}
          </span>
          <Chips counts={result.counts} />
        </div>
        <Actions
          state={state} hooks={hooks} file={file} onRun={start} busy={run?.state === 'running'}
        />
      </header>
      <Problems result={result} onLine={light('pandas')} />
      {run && <RunResult run={run} />}
      <div className="p2g-panes">
        <section>
          <div className="p2g-tabs">
            <span className="p2g-tab p2g-on">pandas, as Amphi makes it</span>
          </div>
          <Code
            text={result.pandas} label="pandas source" marks={marks}
            lit={lit?.pandas ?? null} onLine={light('pandas')}
          />
        </section>
        <section>
          <div className="p2g-tabs" role="tablist">
            {files.map(f => (
              <button
                key={f.kind} type="button" role="tab" aria-selected={f === file}
                className={`p2g-tab${f === file ? ' p2g-on' : ''}`}
                onClick={() => setShown(f.kind)}
              >
                {f.name}
              </button>
            ))}
          </div>
          {file ? (
            <Code
              key={file.kind} text={file.text} label={file.name} marks={new Map()}
              start={file.kind === 'job' && Number.isFinite(firstStep) ? firstStep : undefined}
              lit={file.kind === 'job' && lit?.job[0] ? lit.job : null}
              onLine={file.kind === 'job' ? light('job') : () => undefined}
            />
          ) : (
            <div className="p2g-none">
              No job: one step has no translation. It is named above, with what to write instead.
            </div>
          )}
        </section>
      </div>
    </div>
  );
}

export class PreviewWidget extends ReactWidget {
  constructor(private _state: IPreviewState, private _hooks: IHooks) {
    super();
    this.addClass('p2g-preview-host');
  }

  set state(state: IPreviewState) {
    this._state = state;
    this._exports += 1;
    this.update();
  }

  protected render(): JSX.Element {
    // A new export is a new preview: no old run beside a new job.
    return <Preview key={this._exports} state={this._state} hooks={this._hooks} />;
  }

  private _exports = 0;
}
