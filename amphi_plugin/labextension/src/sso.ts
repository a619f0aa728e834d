// AWS SSO as a third connection method of every S3 form, next to environment and direct keys.
import { ComponentService } from './amphi';

type Config = Record<string, any>;

/** Amphi's key/value form saves `[{key, value}]`; an object is what pandas wants. */
export function asObject(options: any): Record<string, any> {
  if (Array.isArray(options)) {
    return Object.fromEntries(options.filter(o => o?.key).map(o => [o.key, o.value]));
  }
  return options && typeof options === 'object' ? { ...options } : {};
}

/** The storage options of a sign-on by SSO: s3fs hands the profile to botocore. */
function ssoOptions(config: Config, entered: any): Record<string, any> {
  const options = asObject(entered);
  if (config.awsProfile) {
    options.profile = config.awsProfile;
  }
  if (config.awsRegion) {
    options.client_kwargs = { ...asObject(options.client_kwargs), region_name: config.awsRegion };
  }
  return options;
}

/** The option groups (`csvOptions`, …) that a component's form fills. */
function groupsOf(fields: any[]): string[] {
  const prefixes = fields.map(field => String(field.id ?? '').split('.'));
  const groups = prefixes.filter(parts => parts.length > 1).map(parts => parts[0]);
  return [...new Set(groups)].filter(group => group.endsWith('Options'));
}

function withSso(config: Config, groups: string[]): Config {
  const changed: Config = { ...config };
  for (const group of groups) {
    // Every output form puts its storage options under csvOptions, whatever its format.
    const entered = config[group]?.storage_options ?? config.csvOptions?.storage_options;
    changed[group] = { ...config[group], storage_options: ssoOptions(config, entered) };
  }
  return changed;
}

/** Whether a form's condition (`{fileLocation: 's3'}`, whatever Amphi calls the key) holds. */
function holds(condition: Record<string, any> | undefined, config: Config): boolean {
  return Object.entries(condition ?? {}).every(([key, wanted]) =>
    Array.isArray(wanted) ? wanted.includes(config[key]) : config[key] === wanted
  );
}

const isMethod = (field: any) => field.id === 'connectionMethod' && field.connection === 'AWS';

function extended(field: any): any[] {
  const option = {
    value: 'sso',
    label: 'AWS SSO (profile)',
    tooltip: 'Sign in with `aws sso login --profile NAME`; no key is written anywhere.'
  };
  const condition = { ...field.condition, connectionMethod: 'sso' };
  const common = { type: 'input', connection: 'AWS', ignoreConnection: true, condition };
  return [
    { ...field, options: [...field.options, option] },
    {
      ...common,
      label: 'SSO profile',
      id: 'awsProfile',
      placeholder: 'Profile of ~/.aws/config',
      advanced: true
    },
    { ...common, label: 'Region', id: 'awsRegion', placeholder: 'eu-central-1', advanced: true }
  ];
}

/**
 * Add the method to every registered component that has Amphi's AWS connection. The form and the
 * generator of each instance are replaced by copies; configurations without `sso` pass unchanged.
 */
export function addSsoToForms(service: ComponentService): number {
  let changed = 0;
  for (const component of service.getComponents()) {
    const fields = component._form?.fields ?? [];
    const methods = fields.filter(isMethod);
    if (!methods.length || methods[0].options.some((o: any) => o.value === 'sso')) {
      continue;
    }
    component._form = {
      ...component._form,
      fields: fields.flatMap(field => (isMethod(field) ? extended(field) : [field]))
    };
    let groups = groupsOf(fields);
    if (component._id === 'xmlFileOutput') {
      groups = [...groups, 'xmlOptions'];
    }
    for (const ending of ['csv', 'json', 'parquet', 'excel', 'xml']) {
      if (component._id.startsWith(ending) && !groups.includes(`${ending}Options`)) {
        groups.push(`${ending}Options`);
      }
    }
    const generate = component.generateComponentCode.bind(component);
    component.generateComponentCode = (args: any) => {
      const config = args?.config ?? {};
      const shown = methods.some(field => holds(field.condition, config));
      const sso = config.connectionMethod === 'sso' && shown;
      return generate(sso ? { ...args, config: withSso(config, groups) } : args);
    };
    changed += 1;
  }
  return changed;
}
