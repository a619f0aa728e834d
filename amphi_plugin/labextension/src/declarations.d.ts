// The parts of Amphi that we call. Its packages are not on npm: the running Lab provides them.
declare module '@amphi/pipeline-components-manager' {
  import { Token } from '@lumino/coreutils';

  export interface IComponent {
    _id: string;
    _name: string;
    _type: string;
    _form: { idPrefix?: string; fields?: any[] };
    generateComponentCode(args: any): string;
    provideImports(args: any): string[];
    provideDependencies?(args: any): string[];
  }
  export interface IComponentService {
    getComponents(): IComponent[];
    getComponent(id: string): IComponent | undefined;
    addComponent(component: any): void;
  }
  export const ComponentManager: Token<IComponentService>;
  export class PipelineService {
    static filterPipeline(pipelineJson: string): { nodes: any[]; edges: any[] };
  }
  export class CodeGenerator {
    static generateCode(
      pipelineJson: string,
      commands: any,
      componentService: IComponentService,
      variablesAutoNaming: boolean
    ): string;
  }
}

declare module '*.svg' {
  const text: string;
  export default text;
}
