// @ts-check
/**
 * What any page imports: the class `Dojo`, and `<model-dojo>`, a lesson that trains in the page.
 *
 *     <script type="module" src="https://…/embed/model-dojo.js"></script>
 *     <model-dojo data="mileage"></model-dojo>
 */
export { Dojo } from '../engine/dojo.js';
import './element.js';
