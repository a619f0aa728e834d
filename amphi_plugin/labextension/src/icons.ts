import { LabIcon } from '@jupyterlab/ui-components';
import glueSvg from '../style/glue.svg';

/** Our own drawing: a table's rows flowing into a drop of glue. Follows the theme. */
export const glueIcon = new LabIcon({ name: 'pandas-to-glue:glue', svgstr: glueSvg });
