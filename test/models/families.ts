/** One backbone of each family, the smallest. */
export const SMALLEST_OF_EACH = [
  'vgg16',
  'resnet50',
  'mobilenet-v1-0.25',
  'mobilenet-v2',
  'mobilenet-v3-small',
  'efficientnet-b0',
  'efficientnet-lite0',
];
