;; Loops over the pixels of pictures of three channels: see kernels.ts, which holds this compiled
;; (wat2wasm of the npm package wabt 1.0.39: `npx --package wabt@1.0.39 wat2wasm kernels.wat --output=kernels.wasm`, then base64).
;; A pixel is a vector of four: its three channels and the first of the next pixel, which overwrites it in turn.
(module
  (memory (export "memory") 1)

  ;; The coordinate inside the picture that replaces one outside; fill: 0 nearest, 1 reflect, 2 wrap.
  (func $inside (param $at f32) (param $length f32) (param $fill i32) (result f32)
    (local $end f32)
    (local $period f32)
    (local.set $end (f32.sub (local.get $length) (f32.const 1)))
    (if (i32.eq (local.get $fill) (i32.const 1))
      (then
        ;; mirrored at the edges of pixels, not at their centres: the period is twice the length
        (local.set $period (f32.add (local.get $length) (local.get $length)))
        (local.set $at (f32.add (local.get $at) (f32.const 0.5)))
        (local.set $at
          (f32.sub
            (local.get $at)
            (f32.mul (local.get $period) (f32.floor (f32.div (local.get $at) (local.get $period))))))
        (if (f32.gt (local.get $at) (local.get $length))
          (then (local.set $at (f32.sub (local.get $period) (local.get $at)))))
        (local.set $at (f32.sub (local.get $at) (f32.const 0.5)))))
    (if (i32.eq (local.get $fill) (i32.const 2))
      (then
        (if (f32.lt (local.get $at) (f32.const 0))
          (then
            (local.set $at
              (f32.add
                (local.get $at)
                (f32.mul
                  (local.get $length)
                  (f32.add (f32.floor (f32.div (f32.neg (local.get $at)) (local.get $end))) (f32.const 1))))))
          (else
            (if (f32.gt (local.get $at) (local.get $end))
              (then
                (local.set $at
                  (f32.sub
                    (local.get $at)
                    (f32.mul (local.get $length) (f32.floor (f32.div (local.get $at) (local.get $end))))))))))))
    ;; NaN gives the first pixel
    (if (i32.eqz (f32.ge (local.get $at) (f32.const 0))) (then (return (f32.const 0))))
    (f32.min (local.get $at) (local.get $end)))

  ;; from, to: addresses of the pictures, [height, width, 3] of f32, each followed by four bytes of padding.
  ;; a..h: the matrix from pixels of the result to pixels of the picture; its last number is 1.
  (func (export "warp")
    (param $from i32) (param $to i32) (param $height i32) (param $width i32) (param $fill i32)
    (param $a f32) (param $b f32) (param $c f32) (param $d f32) (param $e f32) (param $f f32) (param $g f32) (param $h f32)
    (local $u i32) (local $v i32) (local $left i32) (local $top i32) (local $row i32)
    (local $p i32) (local $q i32)
    (local $fu f32) (local $fv f32) (local $w f32) (local $x f32) (local $y f32)
    (local $across f32) (local $down f32) (local $right f32) (local $bottom f32)
    (local $upper v128) (local $lower v128)
    (local.set $row (i32.mul (local.get $width) (i32.const 12)))
    (local.set $right (f32.convert_i32_s (i32.sub (local.get $width) (i32.const 1))))
    (local.set $bottom (f32.convert_i32_s (i32.sub (local.get $height) (i32.const 1))))
    (loop $rows
      (local.set $fv (f32.convert_i32_s (local.get $v)))
      (local.set $u (i32.const 0))
      (loop $columns
        (local.set $fu (f32.convert_i32_s (local.get $u)))
        (local.set $x
          (f32.add
            (f32.add (f32.mul (local.get $a) (local.get $fu)) (f32.mul (local.get $b) (local.get $fv)))
            (local.get $c)))
        (local.set $y
          (f32.add
            (f32.add (f32.mul (local.get $d) (local.get $fu)) (f32.mul (local.get $e) (local.get $fv)))
            (local.get $f)))
        (local.set $w
          (f32.add
            (f32.add (f32.mul (local.get $g) (local.get $fu)) (f32.mul (local.get $h) (local.get $fv)))
            (f32.const 1)))
        (if (f32.ne (local.get $w) (f32.const 1))
          (then
            (local.set $x (f32.div (local.get $x) (local.get $w)))
            (local.set $y (f32.div (local.get $y) (local.get $w)))))
        (if
          (i32.eqz
            (i32.and
              (i32.and (f32.ge (local.get $x) (f32.const 0)) (f32.le (local.get $x) (local.get $right)))
              (i32.and (f32.ge (local.get $y) (f32.const 0)) (f32.le (local.get $y) (local.get $bottom)))))
          (then
            (local.set $x
              (call $inside (local.get $x) (f32.convert_i32_s (local.get $width)) (local.get $fill)))
            (local.set $y
              (call $inside (local.get $y) (f32.convert_i32_s (local.get $height)) (local.get $fill)))))
        ;; the neighbour to the left and above; never the last pixel, so that there is one to the right and below
        (local.set $left (i32.trunc_sat_f32_s (local.get $x)))
        (if (i32.ge_s (local.get $left) (i32.sub (local.get $width) (i32.const 1)))
          (then (local.set $left (i32.sub (local.get $width) (i32.const 2)))))
        (local.set $top (i32.trunc_sat_f32_s (local.get $y)))
        (if (i32.ge_s (local.get $top) (i32.sub (local.get $height) (i32.const 1)))
          (then (local.set $top (i32.sub (local.get $height) (i32.const 2)))))
        (local.set $across (f32.sub (local.get $x) (f32.convert_i32_s (local.get $left))))
        (local.set $down (f32.sub (local.get $y) (f32.convert_i32_s (local.get $top))))
        (local.set $p
          (i32.add
            (i32.add (local.get $from) (i32.mul (local.get $top) (local.get $row)))
            (i32.mul (local.get $left) (i32.const 12))))
        (local.set $q (i32.add (local.get $p) (local.get $row)))
        (local.set $upper
          (f32x4.add
            (f32x4.mul
              (f32x4.splat (f32.sub (f32.const 1) (local.get $across)))
              (v128.load align=4 (local.get $p)))
            (f32x4.mul (f32x4.splat (local.get $across)) (v128.load offset=12 align=4 (local.get $p)))))
        (local.set $lower
          (f32x4.add
            (f32x4.mul
              (f32x4.splat (f32.sub (f32.const 1) (local.get $across)))
              (v128.load align=4 (local.get $q)))
            (f32x4.mul (f32x4.splat (local.get $across)) (v128.load offset=12 align=4 (local.get $q)))))
        (v128.store align=4
          (local.get $to)
          (f32x4.add
            (f32x4.mul (f32x4.splat (f32.sub (f32.const 1) (local.get $down))) (local.get $upper))
            (f32x4.mul (f32x4.splat (local.get $down)) (local.get $lower))))
        (local.set $to (i32.add (local.get $to) (i32.const 12)))
        (local.set $u (i32.add (local.get $u) (i32.const 1)))
        (br_if $columns (i32.lt_s (local.get $u) (local.get $width))))
      (local.set $v (i32.add (local.get $v) (i32.const 1)))
      (br_if $rows (i32.lt_s (local.get $v) (local.get $height)))))
  ;; bytes to floats, four at a time; both need space for three more than count
  (func (export "widen") (param $from i32) (param $to i32) (param $count i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $from) (local.get $count)))
    (loop $next
      (v128.store align=4
        (local.get $to)
        (f32x4.convert_i32x4_u
          (i32x4.extend_low_i16x8_u (i16x8.extend_low_i8x16_u (v128.load32_zero align=1 (local.get $from))))))
      (local.set $from (i32.add (local.get $from) (i32.const 4)))
      (local.set $to (i32.add (local.get $to) (i32.const 16)))
      (br_if $next (i32.lt_u (local.get $from) (local.get $end)))))

  ;; the sum of the pixels of a row, as four floats at $to
  (func (export "sum") (param $from i32) (param $to i32) (param $pixels i32)
    (local $sum v128)
    (loop $next
      (local.set $sum (f32x4.add (local.get $sum) (v128.load align=4 (local.get $from))))
      (local.set $from (i32.add (local.get $from) (i32.const 12)))
      (local.set $pixels (i32.sub (local.get $pixels) (i32.const 1)))
      (br_if $next (local.get $pixels)))
    (v128.store align=4 (local.get $to) (local.get $sum)))

  ;; floats to bytes, through a colour matrix: three rows with the weights of red, green, blue and 1
  (func (export "paint") (param $from i32) (param $to i32) (param $pixels i32)
    (param $rr f32) (param $rg f32) (param $rb f32) (param $r f32)
    (param $gr f32) (param $gg f32) (param $gb f32) (param $g f32)
    (param $br f32) (param $bg f32) (param $bb f32) (param $b f32)
    (local $red v128) (local $green v128) (local $blue v128) (local $one v128) (local $pixel v128)
    (local.set $red
      (f32x4.replace_lane 2 (f32x4.replace_lane 1 (f32x4.splat (local.get $rr)) (local.get $gr)) (local.get $br)))
    (local.set $green
      (f32x4.replace_lane 2 (f32x4.replace_lane 1 (f32x4.splat (local.get $rg)) (local.get $gg)) (local.get $bg)))
    (local.set $blue
      (f32x4.replace_lane 2 (f32x4.replace_lane 1 (f32x4.splat (local.get $rb)) (local.get $gb)) (local.get $bb)))
    (local.set $one
      (f32x4.replace_lane 2 (f32x4.replace_lane 1 (f32x4.splat (local.get $r)) (local.get $g)) (local.get $b)))
    (loop $next
      (local.set $pixel (v128.load align=4 (local.get $from)))
      (v128.store32_lane align=1 0
        (local.get $to)
        (i8x16.narrow_i16x8_u
          (i16x8.narrow_i32x4_s
            (i32x4.trunc_sat_f32x4_s
              (f32x4.nearest
                (f32x4.min
                  (f32x4.splat (f32.const 255))
                  (f32x4.max
                    (f32x4.splat (f32.const 0))
                    (f32x4.add
                      (f32x4.add
                        (f32x4.mul
                          (local.get $red)
                          (i8x16.shuffle 0 1 2 3 0 1 2 3 0 1 2 3 0 1 2 3 (local.get $pixel) (local.get $pixel)))
                        (f32x4.mul
                          (local.get $green)
                          (i8x16.shuffle 4 5 6 7 4 5 6 7 4 5 6 7 4 5 6 7 (local.get $pixel) (local.get $pixel))))
                      (f32x4.add
                        (f32x4.mul
                          (local.get $blue)
                          (i8x16.shuffle 8 9 10 11 8 9 10 11 8 9 10 11 8 9 10 11 (local.get $pixel) (local.get $pixel)))
                        (local.get $one)))))))
            (v128.const i32x4 0 0 0 0))
          (v128.const i32x4 0 0 0 0)))
      (local.set $from (i32.add (local.get $from) (i32.const 12)))
      (local.set $to (i32.add (local.get $to) (i32.const 3)))
      (local.set $pixels (i32.sub (local.get $pixels) (i32.const 1)))
      (br_if $next (local.get $pixels))))
)
