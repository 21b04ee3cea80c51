// @ts-check
/**
 * Types shared by the studio's modules (nothing here runs).
 *
 * @typedef {{class_name: string, config: Record<string, any>}} KerasObject
 * @typedef {'data' | 'model' | 'train' | 'results' | 'device'} Tab `device` has no button among the tabs
 * @typedef {'image' | 'table' | 'text'} Kind what a sample is, for showing it
 *
 * @typedef {object} Compile Keras' compile arguments
 * @property {KerasObject} optimizer
 * @property {string | KerasObject} loss
 * @property {(string | KerasObject)[]} metrics
 * @property {any} [lossWeights]
 * @property {any} [weightedMetrics]
 *
 * @typedef {object} FitOptions Keras' fit arguments, in Keras' names
 * @property {number} epochs
 * @property {number} batch_size
 * @property {number} validation_split
 * @property {KerasObject[]} callbacks
 * @property {number} seed
 *
 * @typedef {object} Draft what the next Train runs
 * @property {KerasObject[]} config the layers of a Sequential model
 * @property {Compile} compile
 * @property {FitOptions} fit
 *
 * @typedef {'queued' | 'running' | 'paused' | 'loaded' | 'done' | 'early' | 'stopped' | 'diverged' | 'error'} Status
 *
 * @typedef {object} Run one fit
 * @property {string} id
 * @property {string} name
 * @property {number} series 1 to 6: its colour
 * @property {string} marker
 * @property {boolean} [pinned] keeps its colour where there are many runs
 * @property {Status} status
 * @property {number} params
 * @property {KerasObject[]} config
 * @property {Compile} compile
 * @property {FitOptions} fit
 * @property {number} epochs planned
 * @property {{t: number, logs: Record<string, number>}[]} points per batch; t counts epochs
 * @property {number[]} epoch
 * @property {Record<string, number[]>} history
 * @property {number[]} penalty
 * @property {number[]} dataLoss
 * @property {number | null} bestEpoch 0-based
 * @property {number | null} restoredEpoch 0-based
 * @property {number} seconds of training, pauses not counted
 * @property {StudioError | null} error
 * @property {number} [divergedAt] the step by which its loss was no longer a number
 * @property {any} model the engine's model; null until the run starts
 * @property {any} prepared the data it trains on
 * @property {any} recipe how they were prepared
 * @property {import('./train/run-files.js').RunFile[]} files what its callbacks kept and wrote
 * @property {string} [restoredFile] the checkpoint whose weights the model has
 * @property {import('./origin.js').Origin | null} [origin] the model whose weights it started from
 * @property {Record<string, number> | null} test
 * @property {number} looked how often the test part was evaluated
 * @property {number} steps training steps done
 * @property {number} stepsPerEpoch
 *
 * @typedef {{code: string, message: string, layer?: string}} StudioError
 *
 * @typedef {object} LayerInfo a layer as the engine sees it
 * @property {string} name
 * @property {string} className
 * @property {(number | null)[] | null} outputShape null from the first layer on that does not fit
 * @property {number} params
 * @property {boolean} trainable
 * @property {Record<string, any>} config every argument, defaults filled in
 *
 * @typedef {{layers: LayerInfo[], total: number, trainable: number, error?: StudioError}} Inspection
 *
 * @typedef {object} Project one data set with its draft and its runs
 * @property {string} id
 * @property {string} title
 * @property {Kind} kind
 * @property {boolean} own a file of the user's, whose recipe is proposed and editable
 * @property {any} entry the catalogue's entry (null for an own file)
 * @property {any[]} sources loaded data, as the engine hands it out
 * @property {any} recipe
 * @property {any} prepared
 * @property {Draft} draft
 * @property {Draft} defaultDraft what came with the data
 * @property {string} draftKey where this browser keeps the draft
 * @property {() => Promise<{name: string, bytes: any}[]>} files reads its files again, should the engine be lost
 * @property {Inspection | null} inspection
 * @property {import('./model/validate.js').Fault | null} [fault] what compile or fit would refuse
 * @property {import('./origin.js').Origin | null} [origin] the trained model that the draft goes on from
 * @property {{origin: import('./origin.js').Origin | null, draft: Draft} | null} [before] what a loaded model took the place of
 * @property {Run[]} runs
 * @property {string | null} focus
 * @property {StudioError | null} error of the data
 * @property {import('./propose.js').Column[] | null} columns of an own table, with their roles
 * @property {number} [testShare] of an own table
 */

export {};
