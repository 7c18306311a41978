import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { elements } from '../../../core/elements';

/** An object of the library, which has to be freed. */
export type Pointer = object;

/** What is used of koffi, which calls functions of C libraries. */
interface Koffi {
  load(file: string): { func(prototype: string): (...given: unknown[]) => unknown };
  struct(name: string, members: Record<string, string>): unknown;
  decode(pointer: unknown, type: string, count: number): number[] | BigInt64Array;
  view(pointer: unknown, bytes: number): ArrayBuffer;
}

/** The number of float32 in the library's list of types. */
const FLOAT32 = 4;

/** Functions of the library without `ov_`, which return 0 if nothing failed; those of `made` have a last parameter for what they make. */
const PROTOTYPES = {
  core_create: '_Out_ void **made',
  core_read_model_from_memory_buffer: 'void *core, const void *model, size_t bytes, void *weights, _Out_ void **made',
  core_compile_model: 'void *core, void *model, const char *device, size_t strings, _Out_ void **made, ...',
  compiled_model_create_infer_request: 'void *compiled, _Out_ void **made',
  infer_request_set_input_tensor: 'void *request, void *tensor',
  infer_request_infer: 'void *request',
  infer_request_get_output_tensor: 'void *request, _Out_ void **made',
  tensor_create_from_host_ptr: 'int type, ov_shape_t shape, void *values, _Out_ void **made',
  tensor_get_shape: 'void *tensor, _Out_ ov_shape_t *shape',
  tensor_data: 'void *tensor, _Out_ void **made',
  shape_free: 'ov_shape_t *shape',
} as const;

/** Functions that return nothing. */
const FREE = ['model_free', 'compiled_model_free', 'infer_request_free', 'tensor_free'] as const;

type Name = keyof typeof PROTOTYPES;

/** The C interface of OpenVINO, as far as a forward pass needs it. */
export class OpenVinoLibrary {
  private readonly functions = new Map<string, (...given: unknown[]) => unknown>();

  /** @param file the library with the C interface; those that it needs are beside it */
  constructor(
    private readonly koffi: Koffi,
    file: string,
  ) {
    const library = koffi.load(file);
    koffi.struct('ov_shape_t', { rank: 'int64_t', dims: 'int64_t *' });
    for (const [name, parameters] of Object.entries(PROTOTYPES)) {
      this.functions.set(name, library.func(`int ov_${name}(${parameters})`));
    }
    for (const name of FREE) this.functions.set(name, library.func(`void ov_${name}(void *made)`));
    this.functions.set('lastError', library.func('const char *ov_get_last_err_msg()'));
  }

  /** @throws {Error} with the library's message, if the function fails */
  call(name: Name, ...given: unknown[]): void {
    const status = this.functions.get(name)!(...given);
    if (status === 0) return;
    const message = String(this.functions.get('lastError')!())
      .split('\n')
      .findLast((line) => line.trim() !== '');
    throw new Error(`${name} gave ${status}: ${message ?? 'no reason'}`);
  }

  /** Call a function whose last parameter is for what it makes. */
  made(name: Name, ...given: unknown[]): Pointer {
    const made: (Pointer | null)[] = [null];
    this.call(name, ...given, made);
    return made[0]!;
  }

  free(name: (typeof FREE)[number], made: Pointer): void {
    this.functions.get(name)!(made);
  }

  /** Prepare a model for the processor. */
  compiled(core: Pointer, model: Pointer, settings: Readonly<Record<string, string>>): Pointer {
    const strings = Object.entries(settings).flat();
    const made: (Pointer | null)[] = [null];
    const typed = strings.flatMap((text) => ['char *', text]); // of a variable list koffi wants the types
    this.call('core_compile_model', core, model, 'CPU', strings.length, made, ...typed);
    return made[0]!;
  }

  /** A tensor on these very numbers, which must not be collected before it is freed. */
  tensor(values: Float32Array, shape: readonly number[]): Pointer {
    const dims = BigInt64Array.from(shape, BigInt);
    return this.made('tensor_create_from_host_ptr', FLOAT32, { rank: shape.length, dims }, values);
  }

  /** A copy of a tensor's numbers. */
  contentOf(tensor: Pointer): { values: Float32Array; shape: number[] } {
    const found: { rank?: number; dims?: unknown } = {};
    this.call('tensor_get_shape', tensor, found);
    const shape = Array.from(this.koffi.decode(found.dims, 'int64_t', Number(found.rank)), Number);
    this.call('shape_free', found);
    const size = elements(shape);
    const data = this.made('tensor_data', tensor);
    const bytes = this.koffi.view(data, size * Float32Array.BYTES_PER_ELEMENT);
    return { values: new Float32Array(bytes).slice(), shape };
  }
}

/** @param folder with lib/, the libraries, and node_modules/, koffi, as the set-up installs them */
export function loadOpenVinoLibrary(folder: string): OpenVinoLibrary {
  const koffi = require(join(folder, 'node_modules', 'koffi')) as Koffi;
  const libraries = join(folder, 'lib');
  const file = readdirSync(libraries).find((name) => /^libopenvino_c\.(so|\d+\.dylib)/.test(name));
  if (file === undefined) throw new Error(`there is no libopenvino_c in ${libraries}`);
  return new OpenVinoLibrary(koffi, join(libraries, file));
}
