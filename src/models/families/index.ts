import type { BackboneFamily } from '../backboneFamily';
import { convNeXt } from './convNeXt';
import { denseNet } from './denseNet';
import { efficientNet } from './efficientNet';
import { efficientNetLite } from './efficientNetLite';
import { efficientNetV2 } from './efficientNetV2';
import { inception } from './inception';
import { mobileNetV1 } from './mobileNetV1';
import { mobileNetV2 } from './mobileNetV2';
import { mobileNetV3 } from './mobileNetV3';
import { mobileNetV4 } from './mobileNetV4';
import { regNet } from './regNet';
import { resNet } from './resNet';
import { resNetTorch } from './resNetTorch';
import { vgg } from './vgg';
import { xception } from './xception';

/** Every family, in the order in which lists of backbones name them. */
export const families = [
  efficientNetLite,
  efficientNet,
  efficientNetV2,
  mobileNetV1,
  mobileNetV2,
  mobileNetV3,
  mobileNetV4,
  resNet,
  resNetTorch,
  vgg,
  denseNet,
  convNeXt,
  regNet,
  inception,
  xception,
] as const satisfies readonly BackboneFamily[];

/** The name of a backbone. */
export type BackboneName = (typeof families)[number]['members'][number]['entry']['name'];
