// FEEL belongs to another engine; its editors would be a quarter of the modeler.
export default class Editor {}
export class FeelersEditor {}
