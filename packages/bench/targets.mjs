/** @file What the figures are held to: least ratios of a peer's time to ours (one thread, batch 1), and the largest costs of probing and learning. */

const forward = (web, webRelaxed, tensorflow) => ({ web, webRelaxed, tensorflow });

export const forwardTargets = {
  vgg16: { ...forward(2.9, 3.4, 2.5), node: 0.5 },
  resnet18: forward(2.5, 3.1, 2),
  resnet50: forward(1.8, 2.3, 1.3),
  convnext_tiny: forward(1.6, 2, 1.3),
  densenet121: forward(1.8, 2, 1.3),
  squeezenet1_1: forward(1.8, 2, 1.3),
  mobilenet_v2: forward(1.8, 2, 1.1),
  efficientnet_b0: forward(1.8, 2, 1.1),
};

/** Statistics of the default layer set ÷ plain forward pass. */
export const probingTargets = (name) => ({
  statistics: ['vgg16', 'resnet18', 'resnet50'].includes(name) ? 1.35 : 1.7,
  noQuantiles: 1.35,
});

/** Share of the electrode's time outside the forward pass. */
export const electrodeTargets = { outside: 0.3 };

/** A step ÷ our forward pass; TensorFlow.js in JavaScript ÷ ours; one worker's time ÷ that of two. */
export const trainingTargets = { overForward: 3.5, tensorflow: 20, workers: 1.7 };
