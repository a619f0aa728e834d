// The plugin hook: a code generator of Amphi's own kind whose product is a Glue job.
import { Manager, ComponentService } from './amphi';
import { IExportSettings, transpile, ITranspilation } from './api';

export interface IGlueGenerator {
  pandasSource(pipelineJson: string, commands: any, service: ComponentService): string;
  generateGlueJob(
    pipelineJson: string,
    commands: any,
    service: ComponentService,
    settings: IExportSettings
  ): Promise<ITranspilation>;
}

/** The names of node types that no installed package registers. */
export function unknownComponents(pipelineJson: string, service: ComponentService): string[] {
  const nodes: any[] = JSON.parse(pipelineJson).pipelines?.[0]?.flow?.nodes ?? [];
  const types = nodes.map(node => String(node.type));
  return [...new Set(types)].filter(type => !service.getComponent(type));
}

/** What `make` gives; an error of Amphi's generator names the node that it logged, if it did. */
function namingTheNode<T>(nodes: any[], service: ComponentService, make: () => T): T {
  const logged: string[] = [];
  const log = console.error;
  console.error = (...words: unknown[]) => {
    logged.push(words.map(String).join(' '));
    log.apply(console, words);
  };
  try {
    return make();
  } catch (error) {
    const id = /Error processing node (\S+?):/.exec(logged.join('\n'))?.[1];
    const node = nodes.find(item => item.id === id);
    const kind = node && (service.getComponent(node.type)?._name ?? node.type);
    const where = node ? ` at "${node.data?.customTitle || kind}" (node ${id})` : '';
    const hint = node ? 'Is it connected, and its form' : 'Is every component connected, its form';
    throw new Error(`It stopped${where}: ${(error as Error).message}. ${hint} filled in?`);
  } finally {
    console.error = log;
  }
}

/**
 * `CodeGeneratorGlue` extends Amphi's CodeGenerator (hence its base generator), so it inherits
 * the traversal of the pipeline; what it adds is the way from pandas to Glue.
 */
export function makeGenerator(manager: Manager): IGlueGenerator {
  class CodeGeneratorGlue extends manager.CodeGenerator {
    /** Amphi's pandas source, without the date, which would differ on every export. */
    static pandasSource(pipelineJson: string, commands: any, service: ComponentService): string {
      const unknown = unknownComponents(pipelineJson, service);
      if (unknown.length) {
        throw new Error(
          `No installed package registers the component ${unknown.join(', ')}. ` +
            'Install the package it comes from, or take the node out.'
        );
      }
      const flow = JSON.parse(pipelineJson).pipelines[0].flow;
      if (!flow.nodes.length) {
        throw new Error('The pipeline has no components yet.');
      }
      const source = namingTheNode(flow.nodes, service, () =>
        this.generateCode(pipelineJson, commands, service, true)
      );
      return source.replace(/^# Date: .*\n/m, '');
    }

    /** The Glue job and everything beside it, made by the server. */
    static async generateGlueJob(
      pipelineJson: string,
      commands: any,
      service: ComponentService,
      settings: IExportSettings
    ): Promise<ITranspilation> {
      const source = CodeGeneratorGlue.pandasSource(pipelineJson, commands, service);
      return transpile(source, settings);
    }
  }
  return CodeGeneratorGlue;
}
