// The export dialog: everything AWS needs to know, checked as AWS would.
import { Dialog, ReactWidget } from '@jupyterlab/apputils';
import React from 'react';
import { IExportSettings } from './api';
import {
  GLUE_VERSIONS, problemsOf, Problems, REGIONS, SIGN_ONS, trimmed, WORKER_TYPES
} from './settings';

type Change = (part: Partial<IExportSettings>) => void;
interface IPart {
  settings: IExportSettings;
  problems: Problems;
  change: Change;
}

function Field(props: {
  id: keyof IExportSettings;
  label: string;
  hint?: string;
  problem?: string;
  wide?: boolean;
  children: React.ReactNode;
}): JSX.Element {
  const { id, label, hint, problem, wide, children } = props;
  return (
    <div className={`p2g-field${wide ? ' p2g-wide' : ''}${problem ? ' p2g-bad' : ''}`}>
      <label htmlFor={`p2g-${id}`}>{label}</label>
      {children}
      {problem ? (
        <div className="p2g-problem" role="alert" id={`p2g-${id}-problem`}>
          {problem}
        </div>
      ) : (
        hint && <div className="p2g-hint">{hint}</div>
      )}
    </div>
  );
}

function TextInput(props: {
  id: keyof IExportSettings;
  part: IPart;
  placeholder?: string;
  list?: string;
}): JSX.Element {
  const { id, part, placeholder, list } = props;
  return (
    <input
      id={`p2g-${id}`}
      className="jp-mod-styled"
      type="text"
      spellCheck={false}
      autoComplete="off"
      placeholder={placeholder}
      list={list}
      aria-invalid={Boolean(part.problems[id])}
      aria-describedby={part.problems[id] ? `p2g-${id}-problem` : undefined}
      value={String(part.settings[id])}
      onChange={event => part.change({ [id]: event.target.value.trimStart() } as any)}
      onBlur={event => part.change({ [id]: event.target.value.trim() } as any)}
    />
  );
}

function Choice(props: {
  id: keyof IExportSettings;
  part: IPart;
  options: [string, string][];
}): JSX.Element {
  const { id, part, options } = props;
  return (
    <select
      id={`p2g-${id}`}
      className="p2g-select"
      value={String(part.settings[id])}
      onChange={event => part.change({ [id]: event.target.value } as any)}
    >
      {options.map(([value, label]) => (
        <option key={value} value={value}>
          {label}
        </option>
      ))}
    </select>
  );
}

function Check(props: {
  id: keyof IExportSettings;
  part: IPart;
  label: string;
  hint: string;
}): JSX.Element {
  const { id, part, label, hint } = props;
  return (
    <label className="p2g-check" htmlFor={`p2g-${id}`}>
      <input
        id={`p2g-${id}`}
        type="checkbox"
        checked={Boolean(part.settings[id])}
        onChange={event => part.change({ [id]: event.target.checked } as any)}
      />
      <span>
        {label}
        <small>{hint}</small>
      </span>
    </label>
  );
}

function SignOn({ part }: { part: IPart }): JSX.Element {
  const { settings, problems, change } = part;
  const [, , explained] = SIGN_ONS.find(([value]) => value === settings.signOn)!;
  return (
    <>
      <div className="p2g-field p2g-wide">
        <span className="p2g-label">Sign-on</span>
        <div className="p2g-segments" role="radiogroup" aria-label="Sign-on">
          {SIGN_ONS.map(([value, label]) => (
            <button
              key={value}
              type="button"
              role="radio"
              aria-checked={settings.signOn === value}
              data-value={value}
              className={settings.signOn === value ? 'p2g-on' : ''}
              onClick={() => change({ signOn: value })}
            >
              {label}
            </button>
          ))}
        </div>
        <div className="p2g-hint">{explained}</div>
      </div>
      {settings.signOn === 'sso' && (
        <Field id="profile" label="SSO profile" problem={problems.profile}>
          <TextInput id="profile" part={part} placeholder="my-company-dev" />
        </Field>
      )}
      <Field
        id="region"
        label="Region"
        problem={problems.region}
        hint={settings.signOn === 'sso' ? 'Empty: the profile’s own region' : undefined}
      >
        <TextInput id="region" part={part} placeholder="eu-central-1" list="p2g-regions" />
        <datalist id="p2g-regions">
          {REGIONS.map(region => (
            <option key={region} value={region} />
          ))}
        </datalist>
      </Field>
    </>
  );
}

function Form({ part }: { part: IPart }): JSX.Element {
  const { settings, problems, change } = part;
  return (
    <div className="p2g-form">
      <h3>The job</h3>
      <Field id="jobName" label="Job name" problem={problems.jobName} wide>
        <TextInput id="jobName" part={part} placeholder="monthly_revenue" />
      </Field>
      <Field
        id="bucket"
        label="S3 bucket"
        problem={problems.bucket}
        hint="For the script, the data and temporary files"
      >
        <TextInput id="bucket" part={part} placeholder="my-company-glue" />
      </Field>
      <Field id="role" label="IAM role" problem={problems.role} hint="The name, or the whole ARN">
        <TextInput id="role" part={part} placeholder="GlueJobRole" />
      </Field>
      <h3>Where and how it runs</h3>
      <SignOn part={part} />
      <Field id="glueVersion" label="Glue version">
        <Choice id="glueVersion" part={part} options={GLUE_VERSIONS} />
      </Field>
      <Field id="workerType" label="Worker type">
        <Choice id="workerType" part={part} options={WORKER_TYPES} />
      </Field>
      <Field id="numberOfWorkers" label="Workers" problem={problems.numberOfWorkers}>
        <input
          id="p2g-numberOfWorkers"
          className="jp-mod-styled"
          type="number"
          aria-invalid={Boolean(problems.numberOfWorkers)}
          value={Number.isNaN(settings.numberOfWorkers) ? '' : settings.numberOfWorkers}
          onChange={event => change({ numberOfWorkers: event.target.valueAsNumber })}
        />
      </Field>
      <h3>What to make beside the job</h3>
      <div className="p2g-checks">
        <Check
          id="deployScript"
          part={part}
          label="Deploy script"
          hint="uploads the job, creates or updates it, runs and watches it"
        />
        <Check
          id="tests"
          part={part}
          label="Tests"
          hint="run the job here and compare it with the pandas program"
        />
        <Check id="report" part={part} label="Report" hint="what became of each step, as a page" />
      </div>
    </div>
  );
}

/** The dialog's body. Problems show once the user tried to go on, then as they type. */
export class ExportForm extends ReactWidget implements Dialog.IBodyWidget<IExportSettings> {
  private _problems: Problems = {};
  private _tried = false;

  constructor(private _settings: IExportSettings, problems: Problems = {}) {
    super();
    this.addClass('p2g-form-body');
    this._problems = problems;
  }

  getValue(): IExportSettings {
    return this._settings;
  }

  /** Whether AWS would take it; else the first field that it would not is focused. */
  check(): boolean {
    this._tried = true;
    this._settings = trimmed(this._settings);
    this._problems = problemsOf(this._settings);
    this.update();
    const first = Object.keys(this._problems)[0];
    if (!first) {
      return true;
    }
    window.setTimeout(() => {
      const bad = this.node.querySelector<HTMLElement>('.p2g-bad input, .p2g-bad select');
      bad?.focus();
      bad?.scrollIntoView({ block: 'nearest' });
    });
    return false;
  }

  protected render(): JSX.Element {
    const change: Change = part => {
      this._settings = { ...this._settings, ...part };
      if (this._tried) {
        this._problems = problemsOf(this._settings);
      }
      this.update();
    };
    return <Form part={{ settings: this._settings, problems: this._problems, change }} />;
  }
}

class CheckedDialog extends Dialog<IExportSettings> {
  constructor(options: Partial<Dialog.IOptions<IExportSettings>>, private _form: ExportForm) {
    super(options);
    this.addClass('p2g-dialog');
  }

  resolve(index?: number): void {
    // The last button goes on; it may not while something is missing.
    const accepts = index === undefined || index === 1;
    if (accepts && !this._form.check()) {
      return;
    }
    super.resolve(index);
  }
}

/** Ask; null when the user cancels. */
export async function askSettings(
  settings: IExportSettings,
  problems: Problems = {}
): Promise<IExportSettings | null> {
  const form = new ExportForm(settings, problems);
  const dialog = new CheckedDialog(
    {
      title: 'Export to AWS Glue',
      body: form,
      buttons: [Dialog.cancelButton(), Dialog.okButton({ label: 'Preview' })],
      focusNodeSelector: settings.bucket ? '#p2g-jobName' : '#p2g-bucket'
    },
    form
  );
  const result = await dialog.launch();
  return result.button.accept ? form.getValue() : null;
}
