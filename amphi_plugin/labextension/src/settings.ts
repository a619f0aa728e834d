// What the dialog asks for: defaults, checks, and the memory of each pipeline (never a secret).
import { IStateDB } from '@jupyterlab/statedb';
import { IExportSettings } from './api';

export const GLUE_VERSIONS: [string, string][] = [
  ['6.0', '6.0 — Spark 4.1, Python 3.13'],
  ['5.1', '5.1 — Spark 3.5, Python 3.11'],
  ['5.0', '5.0 — Spark 3.5, Python 3.11']
];

export const WORKER_TYPES: [string, string][] = [
  ['G.1X', 'G.1X — 4 vCPU, 16 GB'],
  ['G.2X', 'G.2X — 8 vCPU, 32 GB'],
  ['G.4X', 'G.4X — 16 vCPU, 64 GB'],
  ['G.8X', 'G.8X — 32 vCPU, 128 GB'],
  ['G.12X', 'G.12X — 48 vCPU, 192 GB'],
  ['G.16X', 'G.16X — 64 vCPU, 256 GB'],
  ['R.1X', 'R.1X — 4 vCPU, 32 GB'],
  ['R.2X', 'R.2X — 8 vCPU, 64 GB'],
  ['R.4X', 'R.4X — 16 vCPU, 128 GB'],
  ['R.8X', 'R.8X — 32 vCPU, 256 GB']
];

export const SIGN_ONS: [IExportSettings['signOn'], string, string][] = [
  ['sso', 'AWS SSO', 'A profile of ~/.aws/config; sign in with aws sso login'],
  ['environment', 'Environment', 'AWS_… variables, or the role of this machine'],
  ['keys', 'Access keys', 'The deploy script asks for them when it runs; nothing is stored']
];

export const REGIONS = [
  'us-east-1', 'us-east-2', 'us-west-1', 'us-west-2', 'ca-central-1', 'ca-west-1', 'mx-central-1',
  'sa-east-1',
  'eu-west-1', 'eu-west-2', 'eu-west-3', 'eu-central-1', 'eu-central-2', 'eu-north-1',
  'eu-south-1', 'eu-south-2', 'ap-south-1', 'ap-south-2', 'ap-east-1', 'ap-northeast-1',
  'ap-northeast-2', 'ap-northeast-3', 'ap-southeast-1', 'ap-southeast-2', 'ap-southeast-3',
  'ap-southeast-4', 'ap-southeast-5', 'ap-southeast-7', 'ap-east-2',
  'me-south-1', 'me-central-1', 'af-south-1', 'il-central-1'
];

/** `reports/monthly sales.ampln` → `monthly_sales`; letters of every script stay. */
export function stem(path: string): string {
  const base = (path.split('/').pop() ?? '').normalize('NFC').replace(/\.ampln$/i, '');
  return base.replace(/[^\p{L}\p{N}_-]+/gu, '_').replace(/^_+|_+$/g, '') || 'pipeline';
}

export function defaultSettings(path: string): IExportSettings {
  return {
    jobName: stem(path),
    bucket: '',
    region: '',
    role: '',
    glueVersion: '6.0',
    workerType: 'G.1X',
    numberOfWorkers: 2,
    signOn: 'sso',
    profile: '',
    deployScript: true,
    tests: false,
    report: true,
    path
  };
}

export type Problems = Partial<Record<keyof IExportSettings, string>>;

const BUCKET = /^(?!xn--|sthree-|amzn-s3-demo-)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const RESERVED_ENDINGS = ['-s3alias', '--ol-s3', '.mrap', '--x-s3', '--table-s3'];
const ROLE_ARN = /^arn:aws[a-z-]*:iam::\d{12}:role\/([\x21-\x7e]+\/)?[\w+=,.@-]{1,64}$/;
const ROLE_NAME = /^[\w+=,.@-]{1,64}$/;
const REGION = /^[a-z]{2,}(-[a-z]+)+-\d+$/;
const MAX_NAME = 255; // bytes of UTF-8

function bucketProblem(bucket: string): string {
  if (!bucket) {
    return 'A bucket is needed: the script and the data go there.';
  }
  if (bucket.startsWith('s3:') || bucket.includes('/')) {
    return 'The name alone, without s3:// and without a folder.';
  }
  if (bucket.length < 3 || bucket.length > 63) {
    return 'A bucket name has 3 to 63 characters.';
  }
  if (/[A-Z_]/.test(bucket)) {
    return 'Lower-case letters, digits, dots and hyphens only.';
  }
  const shaped = BUCKET.test(bucket) && !bucket.includes('..');
  if (!shaped || /^(\d+\.){3}\d+$/.test(bucket)) {
    return 'This cannot be a bucket: letters or digits at both ends, no two dots, no IP address.';
  }
  const ending = RESERVED_ENDINGS.find(end => bucket.endsWith(end));
  return ending ? `AWS reserves names that end in ${ending}.` : '';
}

function roleProblem(role: string): string {
  if (!role) {
    return 'A Glue job needs an IAM role: its name or its ARN.';
  }
  if (role.startsWith('arn:')) {
    return ROLE_ARN.test(role) ? '' : 'A role ARN looks like arn:aws:iam::123456789012:role/NAME.';
  }
  return ROLE_NAME.test(role) ? '' : 'A role name has up to 64 letters, digits and +=,.@_-';
}

function jobNameProblem(name: string): string {
  if (!name.trim()) {
    return 'The job needs a name.';
  }
  if (new TextEncoder().encode(name).length > MAX_NAME) {
    return `A job name has at most ${MAX_NAME} characters (letters beyond ASCII count as several).`;
  }
  // eslint-disable-next-line no-control-regex
  return /[\u0000-\u001f]/.test(name) ? 'A job name has no control characters.' : '';
}

function regionProblem(region: string, signOn: string): string {
  if (!region) {
    return signOn === 'sso' ? '' : 'Without a profile the region has to be given.';
  }
  return REGION.test(region) ? '' : 'A region looks like eu-central-1.';
}

/** As entered, without blanks around (Enter takes a field before it has lost the focus). */
export function trimmed(settings: IExportSettings): IExportSettings {
  const entries = Object.entries(settings).map(([key, value]) => [
    key, typeof value === 'string' && key !== 'path' ? value.trim() : value
  ]);
  return Object.fromEntries(entries) as IExportSettings;
}

/** What AWS would refuse, said before anything is sent. Empty when all is well. */
export function problemsOf(settings: IExportSettings): Problems {
  const workers = settings.numberOfWorkers;
  const all: Problems = {
    jobName: jobNameProblem(settings.jobName),
    bucket: bucketProblem(settings.bucket),
    role: roleProblem(settings.role),
    region: regionProblem(settings.region, settings.signOn),
    numberOfWorkers:
      Number.isInteger(workers) && workers >= 2 && workers <= 299
        ? ''
        : 'A Spark job needs 2 workers or more (at most 299).',
    profile:
      settings.signOn === 'sso' && !settings.profile.trim()
        ? 'The name of a profile in ~/.aws/config.'
        : ''
  };
  const found = Object.entries(all).filter(([, text]) => text);
  return Object.fromEntries(found) as Problems;
}

const MEMORY = 'pandas-to-glue:export:';
const LATEST = 'pandas-to-glue:latest';
// A new pipeline starts from what was entered last for these.
const SHARED: (keyof IExportSettings)[] = [
  'bucket', 'region', 'role', 'glueVersion', 'workerType', 'numberOfWorkers', 'signOn', 'profile'
];

/** Remembers what was entered, per pipeline. There is no secret among it. */
export class Memory {
  constructor(private _db: IStateDB | null) {}

  async recall(path: string): Promise<IExportSettings> {
    const start = defaultSettings(path);
    const own = (await this._db?.fetch(MEMORY + path)) as Partial<IExportSettings> | undefined;
    if (own) {
      return { ...start, ...own, path };
    }
    const latest = ((await this._db?.fetch(LATEST)) ?? {}) as any;
    const kept = SHARED.filter(key => key in latest).map(key => [key, latest[key]]);
    return { ...start, ...Object.fromEntries(kept) };
  }

  async keep(settings: IExportSettings): Promise<void> {
    await this._db?.save(MEMORY + settings.path, { ...settings } as any);
    await this._db?.save(LATEST, { ...settings } as any);
  }
}
