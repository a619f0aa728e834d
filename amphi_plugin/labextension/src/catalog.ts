// Components for the AWS Glue Data Catalog. They generate pandas code that runs with the AWS SDK
// for pandas (awswrangler), and that the transpiler turns into catalog reads and writes.
import { ComponentService } from './amphi';
import { catalogNames, ICatalogNames } from './api';
import { glueIcon } from './icons';

const CATEGORY = 'AWS Glue';
const FRESH = 60_000;
let names: ICatalogNames = { databases: [], tables: [] };
let asked = 0;

/**
 * Ask AWS for the names: when a pipeline is opened, so that a form has them at its first drawing
 * (Amphi's fields take their options once), and again when a form is drawn later, for whoever
 * signs on meanwhile. No credentials, no names.
 */
export function askCatalogNames(): void {
  if (typeof fetch === 'undefined' || (asked && Date.now() - asked < FRESH)) {
    return;
  }
  asked = Date.now();
  catalogNames().then(
    found => {
      names = found;
    },
    () => undefined
  );
}

/** Each table once; one that several databases have says which. */
function tableOptions(): { value: string; label: string }[] {
  const databases = new Map<string, string[]>();
  for (const { database, table } of names.tables) {
    databases.set(table, [...(databases.get(table) ?? []), database]);
  }
  return [...databases].map(([table, found]) => ({
    value: table,
    label: `${table} (${found.join(', ')})`
  }));
}

function picker(field: object, options: () => { value: string; label: string }[]): object {
  return Object.defineProperty(field, 'options', {
    enumerable: true,
    get: () => {
      askCatalogNames();
      return options();
    }
  });
}

const databaseField = () =>
  picker(
    {
      type: 'selectCustomizable',
      label: 'Database',
      id: 'database',
      placeholder: 'Database of the Data Catalog'
    },
    () => names.databases.map(name => ({ value: name, label: name }))
  );

const tableField = (label: string) =>
  picker(
    { type: 'selectCustomizable', label, id: 'table', placeholder: 'Table' },
    tableOptions
  );

const accountFields = () => [
  {
    type: 'input',
    label: 'Catalog ID',
    id: 'catalogId',
    placeholder: 'Account number, when it is not your own',
    advanced: true
  },
  {
    type: 'input',
    label: 'SSO profile',
    id: 'awsProfile',
    placeholder: 'Profile of ~/.aws/config; empty: the environment',
    advanced: true
  },
  { type: 'input', label: 'Region', id: 'awsRegion', placeholder: 'eu-central-1', advanced: true }
];

/** A Python string literal. JSON's escapes are Python's, but for characters beyond U+FFFF. */
export function python(text: string): string {
  return JSON.stringify(String(text));
}

/** `boto3_session=…` when a profile or a region was given. */
function session(config: any): string[] {
  const parts = [];
  if (config.awsProfile) {
    parts.push(`profile_name=${python(config.awsProfile)}`);
  }
  if (config.awsRegion) {
    parts.push(`region_name=${python(config.awsRegion)}`);
  }
  return parts.length ? [`boto3_session=boto3.Session(${parts.join(', ')})`] : [];
}

function imports(config: any): string[] {
  const wanted = ['import awswrangler as wr'];
  return session(config).length ? [...wanted, 'import boto3'] : wanted;
}

function list(items: any): string[] {
  return (Array.isArray(items) ? items : []).map(item =>
    String(typeof item === 'object' && item ? item.value : item)
  );
}

function call(name: string, args: string[]): string {
  return `${name}(\n${args.map(arg => `    ${arg},\n`).join('')})`;
}

function need(config: any, ...fields: string[]): void {
  const missing = fields.filter(field => !config[field]);
  if (missing.length) {
    throw new Error(`Glue Data Catalog: ${missing.join(' and ')} must be given.`);
  }
}

function inputClass(Base: any): any {
  return class GlueCatalogInput extends Base {
    constructor() {
      const form = {
        idPrefix: 'component__form',
        fields: [
          databaseField(),
          tableField('Table'),
          {
            type: 'input',
            label: 'Push-down predicate',
            id: 'predicate',
            placeholder: "year = '2026' AND month = '11'",
            tooltip: 'SQL over the partition columns: only these partitions are read.',
            advanced: true
          },
          {
            type: 'selectTokenization',
            label: 'Columns',
            id: 'columns',
            placeholder: 'All columns',
            options: [],
            advanced: true
          },
          ...accountFields()
        ]
      };
      super(
        'Glue Data Catalog Input',
        'glueCatalogInput',
        'Read a table of the AWS Glue Data Catalog.',
        'pandas_df_input',
        [],
        `inputs.${CATEGORY}`,
        glueIcon,
        {},
        form
      );
    }

    provideDependencies(): string[] {
      return ['awswrangler'];
    }

    provideImports({ config }: any): string[] {
      return ['import pandas as pd', ...imports(config)];
    }

    generateComponentCode({ config, outputName }: any): string {
      need(config, 'database', 'table');
      const columns = list(config.columns);
      const source = [`database=${python(config.database)}`];
      const extra = config.catalogId ? [`data_source=${python(config.catalogId)}`] : [];
      let made;
      if (config.predicate) {
        const chosen = columns.length ? columns.map(c => `"${c}"`).join(', ') : '*';
        const sql = `SELECT ${chosen} FROM "${config.table}" WHERE ${config.predicate}`;
        made = call('wr.athena.read_sql_query', [
          `sql=${python(sql)}`, ...source, 'ctas_approach=False', ...extra, ...session(config)
        ]);
      } else {
        made = call('wr.athena.read_sql_table', [
          `table=${python(config.table)}`, ...source, 'ctas_approach=False', ...extra,
          ...session(config)
        ]);
        if (columns.length) {
          made += `[[${columns.map(python).join(', ')}]]`;
        }
      }
      const title = `# Reading ${config.database}.${config.table} from the Glue Data Catalog`;
      return `\n${title}\n${outputName} = ${made}.convert_dtypes()\n`;
    }
  };
}

const FORMATS: Record<string, string> = {
  parquet: 'wr.s3.to_parquet',
  csv: 'wr.s3.to_csv',
  json: 'wr.s3.to_json'
};

function outputFields(): object[] {
  const formats = Object.keys(FORMATS).map(value => ({ value, label: value.toUpperCase() }));
  return [
    databaseField(),
    tableField('Table (existing or new)'),
    {
      type: 'input',
      label: 'S3 path',
      id: 'path',
      placeholder: 's3://bucket/folder/',
      validation: '^s3://.+',
      validationMessage: 'A folder on S3, s3://bucket/folder/'
    },
    { type: 'select', label: 'Format', id: 'format', options: formats, advanced: true },
    {
      type: 'select',
      label: 'Compression',
      id: 'compression',
      options: ['snappy', 'gzip', 'zstd', 'none'].map(value => ({ value, label: value })),
      condition: { format: 'parquet' },
      advanced: true
    },
    {
      type: 'columns',
      label: 'Partition columns',
      id: 'partitionColumns',
      placeholder: 'None',
      advanced: true
    },
    {
      type: 'radio',
      label: 'Existing rows',
      id: 'mode',
      options: [
        { value: 'overwrite', label: 'Replace' },
        { value: 'overwrite_partitions', label: 'Replace partitions' },
        { value: 'append', label: 'Append' }
      ],
      advanced: true
    },
    {
      type: 'radio',
      label: 'Table definition',
      id: 'updateBehavior',
      options: [
        { value: 'UPDATE_IN_DATABASE', label: 'Update' },
        { value: 'LOG', label: 'Leave as it is' }
      ],
      advanced: true
    },
    ...accountFields()
  ];
}

function outputClass(Base: any): any {
  return class GlueCatalogOutput extends Base {
    constructor() {
      const defaults = {
        format: 'parquet',
        compression: 'snappy',
        mode: 'overwrite',
        updateBehavior: 'UPDATE_IN_DATABASE'
      };
      super(
        'Glue Data Catalog Output',
        'glueCatalogOutput',
        'Write a table of the AWS Glue Data Catalog.',
        'pandas_df_output',
        [],
        `outputs.${CATEGORY}`,
        glueIcon,
        defaults,
        { idPrefix: 'component__form', fields: outputFields() }
      );
    }

    provideDependencies(): string[] {
      return ['awswrangler'];
    }

    provideImports({ config }: any): string[] {
      return ['import pandas as pd', ...imports(config)];
    }

    generateComponentCode({ config, inputName }: any): string {
      need(config, 'database', 'table', 'path');
      const format = config.format || 'parquet';
      const partitions = list(config.partitionColumns);
      const args = [
        `df=${inputName}`,
        `path=${python(config.path)}`,
        'dataset=True',
        `database=${python(config.database)}`,
        `table=${python(config.table)}`,
        `mode=${python(config.mode || 'overwrite')}`
      ];
      if (partitions.length) {
        args.push(`partition_cols=[${partitions.map(python).join(', ')}]`);
      }
      if (format === 'parquet' && config.compression) {
        const squeeze = config.compression === 'none' ? 'None' : python(config.compression);
        args.push(`compression=${squeeze}`);
      }
      if (format !== 'parquet') {
        args.push('index=False');
      }
      args.push(`schema_evolution=${config.updateBehavior === 'LOG' ? 'False' : 'True'}`);
      if (config.catalogId) {
        args.push(`catalog_id=${python(config.catalogId)}`);
      }
      args.push(...session(config));
      const title = `# Writing ${config.database}.${config.table} of the Glue Data Catalog`;
      return `\n${title}\n${call(FORMATS[format], args)}\n`;
    }
  };
}

/** Register both components; `Base` is Amphi's own base class. */
export function addCatalogComponents(service: ComponentService, Base: any): void {
  for (const make of [inputClass, outputClass]) {
    const Component = make(Base);
    service.addComponent(new Component());
  }
}
