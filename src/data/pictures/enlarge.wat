;; The inner loops of enlarge.ts, with WebAssembly's instructions for several numbers at once. The compiled module is in
;; enlargeModule.ts; test/data/pictures/enlarge.test.ts compiles this text and compares.
(module
  (memory (export "memory") 1)

  ;; Enlarge a row by bicubic interpolation: bytes of red, green, blue to 16-bit numbers, which may be outside 0 to 255.
  ;; $table has 32 bytes for each column: where its four pixels are in the row, and from byte 16 on their weights, twice.
  (func (export "bicubicRow") (param $row i32) (param $table i32) (param $columns i32) (param $to i32)
    (local $pixels v128) (local $weights v128) (local $redGreen v128) (local $blue v128)
    (loop $next
      (local.set $pixels (v128.load (i32.add (local.get $row) (i32.load (local.get $table)))))
      (local.set $weights (v128.load offset=16 (local.get $table)))
      (local.set $redGreen (i32x4.dot_i16x8_s (local.get $weights)
        (i8x16.shuffle 0 16 3 16 6 16 9 16 1 16 4 16 7 16 10 16 (local.get $pixels) (v128.const i32x4 0 0 0 0))))
      (local.set $blue (i32x4.dot_i16x8_s (local.get $weights)
        (i8x16.shuffle 2 16 5 16 8 16 11 16 16 16 16 16 16 16 16 16 (local.get $pixels) (v128.const i32x4 0 0 0 0))))
      (local.set $pixels (i32x4.add
        (i8x16.shuffle 0 1 2 3 8 9 10 11 16 17 18 19 24 25 26 27 (local.get $redGreen) (local.get $blue))
        (i8x16.shuffle 4 5 6 7 12 13 14 15 20 21 22 23 28 29 30 31 (local.get $redGreen) (local.get $blue))))
      (local.set $pixels (i32x4.shr_s (i32x4.add (local.get $pixels) (v128.const i32x4 2048 2048 2048 2048)) (i32.const 12)))
      (v128.store64_lane 0 (local.get $to) (i16x8.narrow_i32x4_s (local.get $pixels) (local.get $pixels)))
      (local.set $table (i32.add (local.get $table) (i32.const 32)))
      (local.set $to (i32.add (local.get $to) (i32.const 6)))
      (br_if $next (local.tee $columns (i32.sub (local.get $columns) (i32.const 1))))))

  ;; Combine four such rows to a row of bytes, eight at a time. $ab and $cd have two 16-bit weights each.
  (func (export "bicubicColumns") (param $a i32) (param $b i32) (param $c i32) (param $d i32)
    (param $ab i32) (param $cd i32) (param $length i32) (param $to i32)
    (local $upper v128) (local $lower v128) (local $first v128) (local $second v128) (local $low v128) (local $high v128)
    (local.set $upper (i32x4.splat (local.get $ab)))
    (local.set $lower (i32x4.splat (local.get $cd)))
    (loop $next
      (local.set $first (v128.load (local.get $a)))
      (local.set $second (v128.load (local.get $b)))
      (local.set $low (i32x4.dot_i16x8_s (local.get $upper)
        (i8x16.shuffle 0 1 16 17 2 3 18 19 4 5 20 21 6 7 22 23 (local.get $first) (local.get $second))))
      (local.set $high (i32x4.dot_i16x8_s (local.get $upper)
        (i8x16.shuffle 8 9 24 25 10 11 26 27 12 13 28 29 14 15 30 31 (local.get $first) (local.get $second))))
      (local.set $first (v128.load (local.get $c)))
      (local.set $second (v128.load (local.get $d)))
      (local.set $low (i32x4.add (local.get $low) (i32x4.dot_i16x8_s (local.get $lower)
        (i8x16.shuffle 0 1 16 17 2 3 18 19 4 5 20 21 6 7 22 23 (local.get $first) (local.get $second)))))
      (local.set $high (i32x4.add (local.get $high) (i32x4.dot_i16x8_s (local.get $lower)
        (i8x16.shuffle 8 9 24 25 10 11 26 27 12 13 28 29 14 15 30 31 (local.get $first) (local.get $second)))))
      (local.set $low (i32x4.shr_s (i32x4.add (local.get $low) (v128.const i32x4 2048 2048 2048 2048)) (i32.const 12)))
      (local.set $high (i32x4.shr_s (i32x4.add (local.get $high) (v128.const i32x4 2048 2048 2048 2048)) (i32.const 12)))
      (local.set $low (i16x8.narrow_i32x4_s (local.get $low) (local.get $high)))
      (v128.store64_lane 0 (local.get $to) (i8x16.narrow_i16x8_u (local.get $low) (local.get $low)))
      (local.set $a (i32.add (local.get $a) (i32.const 16)))
      (local.set $b (i32.add (local.get $b) (i32.const 16)))
      (local.set $c (i32.add (local.get $c) (i32.const 16)))
      (local.set $d (i32.add (local.get $d) (i32.const 16)))
      (local.set $to (i32.add (local.get $to) (i32.const 8)))
      (br_if $next (i32.gt_s (local.tee $length (i32.sub (local.get $length) (i32.const 8))) (i32.const 0)))))

  ;; Interpolate a row between two rows. $table has 8 bytes for each column: where its two pixels are in a row, and how far
  ;; it is from the first, of 4096. $down is how far the row is from the upper one, of 4096.
  (func (export "bilinearRow") (param $upper i32) (param $lower i32) (param $table i32) (param $columns i32) (param $down i32)
    (param $to i32)
    (local $across i32) (local $at i32) (local $b i32) (local $d i32) (local $sum v128)
    (loop $next
      (local.set $at (i32.load (local.get $table)))
      (local.set $across (i32.load offset=4 (local.get $table)))
      (local.set $d (i32.shr_u (i32.mul (local.get $down) (local.get $across)) (i32.const 12)))
      (local.set $b (i32.shr_u (i32.mul (i32.sub (i32.const 4096) (local.get $down)) (local.get $across)) (i32.const 12)))
      (local.set $sum (i32x4.dot_i16x8_s
        (i32x4.splat (i32.or
          (i32.sub (i32.sub (i32.const 4096) (local.get $down)) (local.get $b)) (i32.shl (local.get $b) (i32.const 16))))
        (i8x16.shuffle 0 16 3 16 1 16 4 16 2 16 5 16 16 16 16 16
          (v128.load64_zero (i32.add (local.get $upper) (local.get $at))) (v128.const i32x4 0 0 0 0))))
      (local.set $sum (i32x4.add (local.get $sum) (i32x4.dot_i16x8_s
        (i32x4.splat (i32.or (i32.sub (local.get $down) (local.get $d)) (i32.shl (local.get $d) (i32.const 16))))
        (i8x16.shuffle 0 16 3 16 1 16 4 16 2 16 5 16 16 16 16 16
          (v128.load64_zero (i32.add (local.get $lower) (local.get $at))) (v128.const i32x4 0 0 0 0)))))
      (local.set $sum (i32x4.shr_s (i32x4.add (local.get $sum) (v128.const i32x4 2048 2048 2048 2048)) (i32.const 12)))
      (local.set $sum (i16x8.narrow_i32x4_s (local.get $sum) (local.get $sum)))
      (v128.store32_lane 0 (local.get $to) (i8x16.narrow_i16x8_u (local.get $sum) (local.get $sum)))
      (local.set $table (i32.add (local.get $table) (i32.const 8)))
      (local.set $to (i32.add (local.get $to) (i32.const 3)))
      (br_if $next (local.tee $columns (i32.sub (local.get $columns) (i32.const 1)))))))
