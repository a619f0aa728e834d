// What the server does for us (amphi_plugin/handlers.py).
import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

export interface IExportSettings {
  jobName: string;
  bucket: string;
  region: string;
  role: string;
  glueVersion: string;
  workerType: string;
  numberOfWorkers: number;
  signOn: 'sso' | 'environment' | 'keys';
  profile: string;
  deployScript: boolean;
  tests: boolean;
  report: boolean;
  /** The pipeline's path on the server; its folder is where relative inputs are. */
  path: string;
}

export type Verdict = 'native' | 'runtime' | 'udf' | 'driver' | 'kept' | 'refused';

export interface IEntry {
  line: number;
  column: number;
  source: string;
  verdict: Verdict;
  rule: string;
  message: string;
}

export interface IFile {
  name: string;
  text: string;
  kind: 'job' | 'deploy' | 'test' | 'report' | 'pandas';
}

export interface IMatch {
  pandas: [number, number];
  job: [number, number];
}

export interface ITranspilation {
  pandas: string;
  job: string;
  files: IFile[];
  entries: IEntry[];
  counts: Record<Verdict, number>;
  matches: IMatch[];
  repairs: { line: number; message: string }[];
  error: { line: number; message: string } | null;
  /** Problems of the form that only the server could see: field → message. */
  fields: Record<string, string>;
}

export interface IRunState {
  state: 'running' | 'equal' | 'different' | 'failed';
  stage: string;
  outputs: { path: string; equal: boolean; message: string }[];
  message: string;
  seconds: number;
}

async function call(path: string, body?: object): Promise<any> {
  const settings = ServerConnection.makeSettings();
  const url = URLExt.join(settings.baseUrl, 'pandas-to-glue', path);
  const init: RequestInit = body
    ? { method: 'POST', body: JSON.stringify(body) }
    : { method: 'GET' };
  let response: Response;
  try {
    response = await ServerConnection.makeRequest(url, init, settings);
  } catch (error) {
    throw new Error(`The Jupyter server does not answer: ${error}`);
  }
  const text = await response.text();
  let data: any = {};
  try {
    data = text ? JSON.parse(text) : {};
  } catch {
    data = { message: text };
  }
  if (response.status === 404) {
    throw new Error(
      'The server side of pandas-to-glue is not enabled. ' +
        'Run: jupyter server extension enable amphi_plugin'
    );
  }
  if (!response.ok) {
    throw new Error(data.message || response.statusText);
  }
  return data;
}

export function transpile(source: string, settings: IExportSettings): Promise<ITranspilation> {
  return call('transpile', { source, settings });
}

export function startRun(source: string, job: string, path: string): Promise<{ id: string }> {
  return call('run', { source, job, path });
}

export function runState(id: string): Promise<IRunState> {
  return call(`run?id=${encodeURIComponent(id)}`);
}

export interface ICatalogNames {
  databases: string[];
  tables: { database: string; table: string }[];
}

export function catalogNames(): Promise<ICatalogNames> {
  return call('catalog');
}
