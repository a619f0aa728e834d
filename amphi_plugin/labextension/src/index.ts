import { ILayoutRestorer, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import {
  ICommandPalette, MainAreaWidget, Notification, showErrorMessage, ToolbarButton
} from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import { DocumentRegistry, DocumentWidget } from '@jupyterlab/docregistry';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { IMainMenu } from '@jupyterlab/mainmenu';
import { IStateDB } from '@jupyterlab/statedb';
import { Widget } from '@lumino/widgets';
import { findAmphi, IAmphi } from './amphi';
import { IExportSettings } from './api';
import { addCatalogComponents, askCatalogNames } from './catalog';
import { askSettings } from './form';
import { makeGenerator } from './generator';
import { glueIcon } from './icons';
import { addToCodeWindow } from './codewindow';
import { IPreviewState, PreviewWidget } from './preview';
import { defaultSettings, Memory } from './settings';
import { addSsoToForms } from './sso';

const EXPORT = 'pandas-to-glue:export';
const GENERATE = 'pandas-to-glue:generate';
const TITLE = 'Export to AWS Glue';
const FACTORY = 'Pipeline Editor';
const isPipeline = (path: string | undefined) => Boolean(path?.toLowerCase().endsWith('.ampln'));

/** Catalog components and SSO in the S3 forms: all that Amphi's generator needs of us. */
const components: JupyterFrontEndPlugin<void> = {
  id: 'pandas-to-glue:components',
  description: 'AWS Glue Data Catalog components and AWS SSO for Amphi.',
  autoStart: true,
  activate: async (app: JupyterFrontEnd) => {
    const amphi = await findAmphi(app);
    const Base = (globalThis as any).Amphi?.BaseCoreComponent;
    if (amphi && Base) {
      addCatalogComponents(amphi.service, Base);
      addSsoToForms(amphi.service);
    }
  }
};

class Exporter {
  private _previews = new Map<string, MainAreaWidget<PreviewWidget>>();
  private _opened = 0;

  constructor(
    private _app: JupyterFrontEnd,
    private _amphi: IAmphi,
    private _memory: Memory
  ) {}

  /** Ask, transpile, show. `text` is the pipeline as it is now, saved or not. */
  async export(path: string, text: string): Promise<void> {
    let source: string;
    const generator = makeGenerator(this._amphi.manager);
    try {
      source = generator.pandasSource(text, this._app.commands, this._amphi.service);
    } catch (error) {
      const words = `Amphi cannot make code of this pipeline. ${(error as Error).message}`;
      await showErrorMessage(TITLE, words);
      return;
    }
    let settings = await this._memory.recall(path);
    let fields = {};
    for (;;) {
      const answer = await askSettings(settings, fields);
      if (!answer) {
        return;
      }
      settings = { ...answer, path };
      await this._memory.keep(settings);
      const result = await this._transpile(text, settings);
      if (!result) {
        return;
      }
      if (!Object.keys(result.fields).length) {
        this._show(path, { result: { ...result, pandas: result.pandas || source }, settings });
        return;
      }
      fields = result.fields;
    }
  }

  private async _transpile(text: string, settings: IExportSettings) {
    const generator = makeGenerator(this._amphi.manager);
    const { commands } = this._app;
    const words = `Making the Glue job of ${PathExt.basename(settings.path)} …`;
    const busy = Notification.emit(words, 'in-progress', { autoClose: false });
    try {
      return await generator.generateGlueJob(text, commands, this._amphi.service, settings);
    } catch (error) {
      await showErrorMessage(TITLE, (error as Error).message);
      return null;
    } finally {
      Notification.dismiss(busy);
    }
  }

  private _show(path: string, state: IPreviewState): void {
    const open = this._previews.get(path);
    if (open && !open.isDisposed) {
      open.content.state = state;
      this._app.shell.activateById(open.id);
      return;
    }
    const content = new PreviewWidget(state, {
      contents: this._app.serviceManager.contents,
      open: file => void this._app.commands.execute('docmanager:open', { path: file }),
      edit: () => void this._app.commands.execute(EXPORT, { path })
    });
    const widget = new MainAreaWidget({ content });
    this._opened += 1;
    widget.id = `pandas-to-glue-preview-${this._opened}`;
    widget.addClass('p2g-preview-area');
    widget.title.label = `${PathExt.basename(path, '.ampln')} → Glue`;
    widget.title.caption = `AWS Glue job of ${path}`;
    widget.title.icon = glueIcon;
    widget.title.closable = true;
    this._previews.set(path, widget);
    widget.disposed.connect(() => this._previews.delete(path));
    this._app.shell.add(widget, 'main', { mode: 'tab-after' });
    this._app.shell.activateById(widget.id);
  }
}

/** The pipeline that a document widget shows, or null. */
function pipelineOf(widget: Widget | null): DocumentWidget | null {
  const document = widget as DocumentWidget | null;
  return document?.context && isPipeline(document.context.path) ? document : null;
}

function openPipelines(app: JupyterFrontEnd): DocumentWidget[] {
  const found: DocumentWidget[] = [];
  for (const widget of app.shell.widgets('main')) {
    const document = pipelineOf(widget);
    if (document) {
      found.push(document);
    }
  }
  return found;
}

async function readPipeline(
  app: JupyterFrontEnd,
  path: string | undefined
): Promise<{ path: string; text: string } | null> {
  const current = pipelineOf(app.shell.currentWidget);
  const open = path
    ? openPipelines(app).find(document => document.context.path === path)
    : current;
  if (open) {
    await open.context.ready;
    return { path: open.context.path, text: open.context.model.toString() };
  }
  if (!path) {
    return null;
  }
  const options = { content: true, type: 'file', format: 'text' } as const;
  const model = await app.serviceManager.contents.get(path, options);
  return { path, text: String(model.content) };
}

function addToolbarButton(app: JupyterFrontEnd): void {
  const extension: DocumentRegistry.WidgetExtension = {
    createNew: (widget: Widget) => {
      askCatalogNames();
      const document = widget as DocumentWidget;
      const button = new ToolbarButton({
        label: 'Export to AWS Glue',
        tooltip: 'Make an AWS Glue job of this pipeline',
        icon: glueIcon,
        className: 'p2g-toolbar-button',
        onClick: () => void app.commands.execute(EXPORT, { path: document.context.path })
      });
      if (!document.toolbar.insertAfter('generateCode', 'exportGlue', button)) {
        document.toolbar.addItem('exportGlue', button);
      }
      return button;
    }
  };
  app.docRegistry.addWidgetExtension(FACTORY, extension);
}

/** The hook for other code: `CodeGeneratorGlue` on the page, and a command for those without it. */
function offerGenerator(app: JupyterFrontEnd, amphi: IAmphi): void {
  const CodeGeneratorGlue = makeGenerator(amphi.manager);
  (globalThis as any).PandasToGlue = { CodeGeneratorGlue };
  app.commands.addCommand(GENERATE, {
    label: 'Generate an AWS Glue Job',
    caption: 'The Glue job of a pipeline, as a value: path or text, and settings',
    isVisible: () => false,
    execute: async args => {
      const given = args.text === undefined ? null : String(args.text);
      const pipeline = given === null ? await readPipeline(app, String(args.path)) : null;
      const path = String(args.path ?? '');
      const settings = { ...defaultSettings(path), ...((args.settings as object) ?? {}), path };
      const text = given ?? pipeline?.text ?? '';
      return CodeGeneratorGlue.generateGlueJob(text, app.commands, amphi.service, settings);
    }
  });
}

const exporter: JupyterFrontEndPlugin<void> = {
  id: 'pandas-to-glue:export',
  description: 'Exports Amphi pipelines to AWS Glue.',
  autoStart: true,
  optional: [ICommandPalette, IMainMenu, IDefaultFileBrowser, IStateDB, ILayoutRestorer],
  activate: async (
    app: JupyterFrontEnd,
    palette: ICommandPalette | null,
    menu: IMainMenu | null,
    browser: IDefaultFileBrowser | null,
    db: IStateDB | null
  ) => {
    const amphi = await findAmphi(app);
    if (!amphi) {
      return;
    }
    const exporting = new Exporter(app, amphi, new Memory(db));
    // The file that the context menu was opened on: while the menu is open, a pipeline that has just
    // been opened may become the selected one.
    let pointed: string | undefined;
    const point = () => {
      pointed = browser?.selectedItems().next().value?.path;
    };
    browser?.node.addEventListener('contextmenu', point, true);
    app.commands.addCommand(EXPORT, {
      label: TITLE,
      caption: 'Make an AWS Glue job of an Amphi pipeline',
      icon: args => (args.palette ? undefined : glueIcon),
      isEnabled: args =>
        Boolean(args.path) ||
        Boolean(args.fromBrowser) ||
        Boolean(pipelineOf(app.shell.currentWidget)),
      isVisible: args => !args.fromBrowser || isPipeline(pointed),
      execute: async args => {
        const path = args.fromBrowser ? pointed : (args.path as string | undefined);
        if (args.fromBrowser && !path) {
          return;
        }
        const pipeline = await readPipeline(app, path).catch(error => {
          void showErrorMessage(TITLE, `${path} cannot be read: ${error.message}`);
          return null;
        });
        if (pipeline) {
          await exporting.export(pipeline.path, pipeline.text);
        }
      }
    });
    palette?.addItem({ command: EXPORT, category: 'Pipeline', args: { palette: true } });
    menu?.fileMenu.addGroup([{ command: EXPORT }], 40);
    app.contextMenu.addItem({
      command: EXPORT,
      args: { fromBrowser: true },
      selector: '.jp-DirListing-item',
      rank: 3.5
    });
    offerGenerator(app, amphi);
    addToolbarButton(app);
    addToCodeWindow(() => void app.commands.execute(EXPORT));
  }
};

export default [components, exporter];
