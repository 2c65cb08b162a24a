;; chaos_game: a point jumps half the way towards a corner of a triangle that chance picks; hits are counted in a grid.
(ns bench.chaos-game)

(def corners [[0.0 0.0] [1.0 0.0] [0.5 0.8660254037844386]])
(def side 64)

(defn next-random [seed] (bit-and (+ (* seed 1103515245) 12345) 2147483647))

(defn work [n]
  (loop [i 0 seed 42 x 0.25 y 0.25 grid (vec (repeat (* side side) 0))]
    (if (< i n)
      (let [seed (next-random seed)
            [cx cy] (nth corners (mod (bit-shift-right seed 16) 3))
            x (/ (+ x cx) 2.0)
            y (/ (+ y cy) 2.0)
            cell (+ (* side (long (* y side))) (long (* x side)))]
        (recur (inc i) seed x y (update grid cell inc)))
      (reduce (fn [sum [i hits]] (mod (+ (* 31 sum) (* i hits)) 1000000007)) 0 (map-indexed vector grid)))))

(defn -main [& args]
  (println "checksum" (work (if (seq args) (parse-long (first args)) 2000000))))
