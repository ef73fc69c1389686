/** @file `ventral`: what may be written on the command line. Parses only; each command lies in commands/ and is loaded when called. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { exitCodes, lastWords } from './errors.ts';
import { version } from './version.ts';

const wholeNumber = (least: number) => (text: string) => {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least)
    throw new InvalidArgumentError(`A whole number of at least ${least} is needed.`);
  return value;
};

const positiveNumber = (text: string) => {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('A number above 0 is needed.');
  return value;
};

const share = (text: string) => {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value < 1)) throw new InvalidArgumentError('A number from 0 to below 1 is needed.');
  return value;
};

const inputSize = (text: string): readonly [h: number, w: number] => {
  const match = /^([1-9]\d{0,4})x([1-9]\d{0,4})$/.exec(text);
  if (!match) throw new InvalidArgumentError('Height x width in pixels is needed, e.g. 224x224.');
  return [Number(match[1]), Number(match[2])];
};

const pixelBox = (text: string) => {
  const [leftPx = 0, topPx = 0, widthPx = 0, heightPx = 0, ...rest] = /^[\d,]+$/.test(text) ? text.split(',').map(Number) : [];
  if (rest.length > 0 || widthPx === 0 || heightPx === 0)
    throw new InvalidArgumentError('Left, top, width and height in pixels are needed, e.g. 80,0,200,200.');
  return { leftPx, topPx, widthPx, heightPx };
};

/** `a,b{c,d}` → `a`, `b{c,d}`: commas inside braces belong to a glob. */
const list = (text: string): string[] => {
  const parts = text.split(/,(?![^{]*\})/).map((part) => part.trim());
  if (parts.some((part) => part === '')) throw new InvalidArgumentError('Names separated by commas are needed.');
  return parts;
};

const modelHelp = 'an .onnx file, a description (.json) with its .safetensors, or a built-in network (see `ventral models`)';
const inputOption = () =>
  new Option('--input <HxW>', 'input size in pixels, where the network leaves it open').argParser(inputSize);
const fovOption = () =>
  new Option('--fov <degrees>', "visual angle of the input's width (default: the network's own, else 8)").argParser(
    positiveNumber,
  );
const seedOption = () => new Option('--seed <n>', 'seed of everything drawn at random (default: 0)').argParser(wholeNumber(0));
const layersOption = () =>
  new Option(
    '--layers <globs>',
    'layers by name, e.g. "features.*,layer4*", or all-nodes (default: the canonical layers)',
  ).argParser(list);
const maxMemoryOption = () =>
  new Option('--max-memory <MB>', 'limit of what the model may take in memory (default: half of the memory)').argParser(
    positiveNumber,
  );
const preprocessOption = () =>
  new Option('--preprocess <file>', 'preprocessing as JSON, in place of the sidecar beside the model');
const relaxedOption = () =>
  new Option('--relaxed <switch>', 'relaxed SIMD: faster, but not the same bytes on every machine')
    .choices(['on', 'off'])
    .default('off');

const drawnOption = () => new Option('--drawn <n>', 'pictures of a drawn set').argParser(wholeNumber(1)).default(10_000);

const program = new Command('ventral')
  .description('Puts the layers of a convolutional network beside the ventral visual stream: LGN, V1, V2, V4, IT.')
  .version(version)
  .showHelpAfterError('(`ventral help COMMAND` shows how it is used)')
  .exitOverride();

program
  .command('probe')
  .description('probe every layer over stimuli; write tables (CSV), figures, a report and a manifest')
  .argument('<model>', modelHelp)
  .option('--stimuli <source>', 'folder or zip of pictures, or a built-in set (default: the set of a built-in network)')
  .addOption(new Option('--probes <names>', 'which probes, by name or group, see below (default: rf,cost,stats)').argParser(list))
  .addOption(layersOption())
  .addOption(fovOption())
  .addOption(new Option('--workers <n>', 'worker threads (default: by cores and memory)').argParser(wholeNumber(1)))
  .addOption(seedOption())
  .addOption(new Option('--max-units <n>', 'units of a layer measured one by one (default: 2048)').argParser(wholeNumber(1)))
  .option('--no-quantiles', 'leave quantiles out: faster')
  .addOption(
    new Option(
      '--controls <names>',
      'compare with the same layers of other weights: untrained, permuted, random (default: untrained for a built-in network; permuted and random with the probes of physiology)',
    ).argParser(list),
  )
  .option('--no-controls', 'measure the network alone')
  .option('--strict', 'end at the first picture that cannot be used', false)
  .option('--exact', 'plain sums only, no Winograd: slower, and closer to float64', false)
  .addOption(preprocessOption())
  .addOption(inputOption())
  .addOption(maxMemoryOption())
  .addOption(relaxedOption())
  .option('--json', 'messages and progress as JSON lines on stderr, the result as JSON on stdout', false)
  .option(
    '--out <folder>',
    'where tables, figures, report.html and manifest.json go (default: only the layer × area table, on stdout)',
  )
  .addHelpText(
    'after',
    `
Probes of the network alone:
  rf, cost, filters
of your pictures:
  stats, preferred
of stimuli that they draw, for the field of each layer:
  physiology     filters, effective, mapping, reverse-correlation, orientation,
                 spatial-frequency, phase, size, contrast, colour
  selectivity    categories, tolerance, decoding, generalisation,
                 dimensionality
  complexity     complex-preference, curvature, texture, linear-share, preferred
  visualise      pictures that drive units most, by gradient ascent; slow
  all            all of these
  v1-properties  the published V1 battery, 9,097 pictures; scores against cells`,
  )
  .action(async (model, options) => (await import('./commands/probe.ts')).probe(model, options));

program
  .command('rf')
  .description('receptive fields of every layer, as CSV on stdout')
  .argument('<model>', modelHelp)
  .addOption(layersOption())
  .addOption(inputOption())
  .addOption(maxMemoryOption())
  .addOption(fovOption())
  .action(async (model, options) => (await import('./commands/rf.ts')).rf(model, options));

program
  .command('run')
  .description('run the network on one picture and print its top classes')
  .argument('<model>', modelHelp)
  .requiredOption('--image <file>', 'the picture')
  .addOption(
    new Option('--crop <left,top,width,height>', 'show this part of the picture alone, in its pixels').argParser(pixelBox),
  )
  .addOption(new Option('--top <k>', 'how many classes').argParser(wholeNumber(1)).default(5))
  .addOption(preprocessOption())
  .addOption(inputOption())
  .addOption(maxMemoryOption())
  .addOption(relaxedOption())
  .option('--json', 'as JSON', false)
  .action(async (model, options) => (await import('./commands/run.ts')).run(model, options));

program
  .command('activations')
  .description('raw activations of layers, n c h w, as .npz for Python')
  .argument('<model>', modelHelp)
  .option('--stimuli <source>', 'folder or zip of pictures, or a built-in set (default: the set of a built-in network)')
  .addOption(layersOption().makeOptionMandatory())
  .requiredOption('--out <file>', 'the .npz file; the names of the stimuli go into a .json beside it')
  .addOption(
    new Option('--max-memory <MB>', 'limit of what the model and what is kept may take in memory')
      .argParser(positiveNumber)
      .default(undefined, 'half of the memory'),
  )
  .addOption(preprocessOption())
  .addOption(inputOption())
  .addOption(relaxedOption())
  .option('--json', 'messages and progress as JSON lines on stderr', false)
  .action(async (model, options) => (await import('./commands/activations.ts')).activations(model, options));

program
  .command('verify')
  .description('run the .onnx of each folder against its recorded inputs, outputs and taps')
  .argument('<folders...>', 'folders in the ONNX test-data layout')
  .addOption(maxMemoryOption())
  .action(async (folders, options) => (await import('./commands/verify.ts')).verify(folders, options));

program
  .command('bench')
  .description('milliseconds per image of the forward pass, and with statistics of the default layer set')
  .argument('<model>', modelHelp)
  .addOption(new Option('--images <n>', 'images timed each way, in seven turns').argParser(wholeNumber(1)).default(56))
  .addOption(new Option('--batch <n>', 'images that go through the network together').argParser(wholeNumber(1)).default(1))
  .addOption(new Option('--workers <n>', 'threads, each with a network of its own').argParser(wholeNumber(1)).default(1))
  .addOption(inputOption())
  .addOption(relaxedOption())
  .option('--json', 'the result as JSON on stdout', false)
  .action(async (model, options) => (await import('./commands/bench.ts')).bench(model, options));

program
  .command('train')
  .description('train a network on pictures whose folders are their classes; stops at Ctrl-C without loss')
  .requiredOption('--data <source>', 'folder or zip of pictures in one folder per class, or a drawn set (digits, catdog)')
  .requiredOption('--network <network>', 'a built-in network (see `ventral models`) or a description (.json)')
  .requiredOption('--out <folder>', 'where description, weights, recipe, log and checkpoint go')
  .addOption(new Option('--epochs <n>', 'times that every picture is shown').argParser(wholeNumber(1)).default(30))
  .addOption(new Option('--batch <n>', 'pictures per step').argParser(wholeNumber(1)).default(128))
  .addOption(
    new Option(
      '--rate <x>',
      'peak of the learning rate (default: 0.4 with batch normalisation, 0.05 without; adamw 0.002)',
    ).argParser(positiveNumber),
  )
  .addOption(new Option('--optimizer <name>', 'how steps are taken').choices(['sgd', 'adamw']).default('sgd'))
  .addOption(new Option('--momentum <x>', 'Nesterov momentum of sgd').argParser(share).default(0.9))
  .addOption(new Option('--weight-decay <x>', 'decay of weights').argParser(share).default(5e-4))
  .addOption(
    new Option('--schedule <name>', 'course of the learning rate').choices(['cosine', 'step', 'constant']).default('cosine'),
  )
  .addOption(new Option('--warmup <share>', 'share of the steps in which the rate grows').argParser(share).default(0.15))
  .addOption(new Option('--smoothing <share>', 'label smoothing').argParser(share).default(0.1))
  .option('--no-flip', 'never mirror a picture (letters and digits)')
  .addOption(new Option('--shift <px>', 'move pictures by up to so many pixels').argParser(wholeNumber(0)).default(3))
  .addOption(
    new Option('--jitter <share>', 'change brightness, contrast and saturation by up to this').argParser(share).default(0),
  )
  .addOption(new Option('--cutout <px>', 'side of a grey square put anywhere').argParser(wholeNumber(0)).default(8))
  .addOption(new Option('--hold-out <share>', 'share of each class that is only judged').argParser(share).default(0.1))
  .option('--shuffle-labels', "give every picture another picture's class: a control that cannot learn what pictures show", false)
  .addOption(drawnOption())
  .addOption(new Option('--seed <n>', 'seed of everything drawn at random').argParser(wholeNumber(0)).default(0))
  .addOption(new Option('--workers <n>', 'worker threads (default: as many as cores)').argParser(wholeNumber(1)))
  .option('--resume', 'go on with the run in --out', false)
  .option('--half', 'store weights as float16', false)
  .option('--strict', 'end at the first picture that cannot be used', false)
  .addOption(relaxedOption())
  .option('--json', 'messages and progress as JSON lines on stderr', false)
  .action(async (options) => (await import('./commands/train.ts')).train(options));

program
  .command('evaluate')
  .description('how often a network is right about pictures whose folders are their classes')
  .argument('<model>', modelHelp)
  .requiredOption('--data <source>', 'folder or zip of pictures in one folder per class, or a drawn set (digits, catdog)')
  .addOption(drawnOption())
  .addOption(new Option('--seed <n>', 'seed of a drawn set').argParser(wholeNumber(0)).default(1))
  .addOption(new Option('--workers <n>', 'worker threads (default: by cores and memory)').argParser(wholeNumber(1)))
  .option('--strict', 'end at the first picture that cannot be used', false)
  .addOption(preprocessOption())
  .addOption(inputOption())
  .addOption(maxMemoryOption())
  .addOption(relaxedOption())
  .option('--json', 'progress as JSON lines on stderr, the result as JSON on stdout', false)
  .action(async (model, options) => (await import('./commands/evaluate.ts')).evaluate(model, options));

program
  .command('export')
  .description('write the network as one .onnx file, with its preprocessing and class names')
  .argument('<model>', modelHelp)
  .requiredOption('--out <file>', 'the .onnx file')
  .option('--half', 'store large weights as float16: half the size, less exact', false)
  .action(async (model, options) => (await import('./commands/export.ts')).exportModel(model, options));

program
  .command('stimuli')
  .description('write a built-in stimulus set as PNG files, with a table of its parameters and a contact sheet')
  .argument('[set]', 'name of a set (none: list them)')
  .option('--out <folder>', 'where the pictures go')
  .addOption(new Option('--size <HxW>', 'size of the pictures in pixels (default: 224x224)').argParser(inputSize))
  .addOption(new Option('--fov <degrees>', 'visual angle of their width (default: 8)').argParser(positiveNumber))
  .addOption(
    new Option('--mode <mode>', 'degrees of gratings: relative to the picture, or as published').choices(['relative', 'marques']),
  )
  .option(
    '--from <source>',
    'with the set textures: synthesise them from these pictures, a folder or zip (size 128x128 or 256x256)',
  )
  .addOption(seedOption())
  .action(async (set, options, command: Command) => {
    if (options.from !== undefined && set !== 'textures') command.error('error: --from goes with the set textures');
    if (set !== undefined && options.out === undefined) command.error("error: required option '--out <folder>' not specified");
    const { listSets, stimuli } = await import('./commands/stimuli.ts');
    if (set === undefined) listSets();
    else await stimuli(set, options);
  });

program
  .command('models')
  .description('list built-in networks and stimulus sets')
  .action(async () => (await import('./commands/models.ts')).models());

// A reader that has seen enough (`ventral rf … | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(exitCodes.fine);
});

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    // Commander has said what is wrong; help and version are no errors.
    process.exitCode = error.exitCode === 0 ? exitCodes.fine : exitCodes.wrongUse;
  } else {
    const { text, exitCode } = lastWords(error);
    const asJson = process.argv.includes('--json');
    process.stderr.write(`${asJson ? JSON.stringify({ event: 'error', message: text }) : text}\n`);
    process.exitCode = exitCode;
  }
}
