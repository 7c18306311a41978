;; The inner loops of resample.ts, with WebAssembly's instructions for several numbers at once. The compiled module is in
;; resampleModule.ts; test/data/pictures/resample.test.ts compiles this text and compares.
(module
  (memory (export "memory") 1)

  ;; Resize a row of red, green and blue bytes. $table has 8 bytes for each column of the result: where its first pixel is in the
  ;; row, and how many pixels it is computed from. $weights has as many 32-bit numbers for each column, one column after the other.
  (func (export "across") (param $row i32) (param $table i32) (param $weights i32) (param $columns i32) (param $to i32)
    (local $at i32) (local $pixels i32) (local $sum v128)
    (loop $next
      (local.set $at (i32.add (local.get $row) (i32.load (local.get $table))))
      (local.set $pixels (i32.load offset=4 (local.get $table)))
      (local.set $sum (v128.const i32x4 2097152 2097152 2097152 2097152))
      (loop $pixel
        (local.set $sum (i32x4.add (local.get $sum) (i32x4.mul
          (v128.load32_splat (local.get $weights))
          (i32x4.extend_low_i16x8_u (i16x8.extend_low_i8x16_u (v128.load32_zero (local.get $at)))))))
        (local.set $weights (i32.add (local.get $weights) (i32.const 4)))
        (local.set $at (i32.add (local.get $at) (i32.const 3)))
        (br_if $pixel (local.tee $pixels (i32.sub (local.get $pixels) (i32.const 1)))))
      (local.set $sum (i32x4.shr_s (local.get $sum) (i32.const 22)))
      (local.set $sum (i16x8.narrow_i32x4_s (local.get $sum) (local.get $sum)))
      (v128.store32_lane 0 (local.get $to) (i8x16.narrow_i16x8_u (local.get $sum) (local.get $sum)))
      (local.set $table (i32.add (local.get $table) (i32.const 8)))
      (local.set $to (i32.add (local.get $to) (i32.const 3)))
      (br_if $next (local.tee $columns (i32.sub (local.get $columns) (i32.const 1))))))

  ;; Combine rows to one row of $length bytes, eight at a time. $weights has one 32-bit number for each of the rows, which are
  ;; $rowBytes apart.
  (func (export "down") (param $rows i32) (param $rowBytes i32) (param $weights i32) (param $count i32) (param $length i32)
    (param $to i32)
    (local $at i32) (local $weight i32) (local $left i32) (local $bytes v128) (local $factor v128) (local $low v128)
    (local $high v128)
    (loop $next
      (local.set $at (local.get $rows))
      (local.set $weight (local.get $weights))
      (local.set $left (local.get $count))
      (local.set $low (v128.const i32x4 2097152 2097152 2097152 2097152))
      (local.set $high (local.get $low))
      (loop $row
        (local.set $bytes (v128.load8x8_u (local.get $at)))
        (local.set $factor (v128.load32_splat (local.get $weight)))
        (local.set $low (i32x4.add (local.get $low)
          (i32x4.mul (local.get $factor) (i32x4.extend_low_i16x8_u (local.get $bytes)))))
        (local.set $high (i32x4.add (local.get $high)
          (i32x4.mul (local.get $factor) (i32x4.extend_high_i16x8_u (local.get $bytes)))))
        (local.set $at (i32.add (local.get $at) (local.get $rowBytes)))
        (local.set $weight (i32.add (local.get $weight) (i32.const 4)))
        (br_if $row (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
      (local.set $low (i16x8.narrow_i32x4_s
        (i32x4.shr_s (local.get $low) (i32.const 22)) (i32x4.shr_s (local.get $high) (i32.const 22))))
      (v128.store64_lane 0 (local.get $to) (i8x16.narrow_i16x8_u (local.get $low) (local.get $low)))
      (local.set $rows (i32.add (local.get $rows) (i32.const 8)))
      (local.set $to (i32.add (local.get $to) (i32.const 8)))
      (br_if $next (i32.gt_s (local.tee $length (i32.sub (local.get $length) (i32.const 8))) (i32.const 0))))))
