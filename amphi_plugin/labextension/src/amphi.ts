// How we reach Amphi: never by a static import, so that a Lab without it stays quiet.
import { JupyterFrontEnd } from '@jupyterlab/application';

export type Manager = typeof import('@amphi/pipeline-components-manager');
export type ComponentService =
  import('@amphi/pipeline-components-manager').IComponentService;

export interface IAmphi {
  manager: Manager;
  service: ComponentService;
}

const CORE = '@amphi/pipeline-components-core';

/**
 * Amphi's shared module and its component service, or null where Amphi is not installed.
 */
export async function findAmphi(app: JupyterFrontEnd): Promise<IAmphi | null> {
  try {
    const manager = await import('@amphi/pipeline-components-manager');
    if (app.hasPlugin && !app.hasPlugin(CORE)) {
      return null;
    }
    await app.activatePlugin(CORE);
    const service = await app.resolveRequiredService(manager.ComponentManager);
    return { manager, service };
  } catch {
    return null;
  }
}
