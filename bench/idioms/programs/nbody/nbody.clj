;; nbody: five bodies as records, moved step by step; a copy-and-change program of doubles.
(ns bench.nbody)

(defrecord Body [x y z vx vy vz mass])
(def solar-mass (* 4 3.141592653589793 3.141592653589793))
(def days 365.24)

(defn bodies []
  [(->Body 0.0 0.0 0.0 0.0 0.0 0.0 solar-mass)
   (->Body 4.84143144246472090 -1.16032004402742839 -0.103622044471123109
           (* 0.00166007664274403694 days) (* 0.00769901118419740425 days) (* -0.0000690460016972063023 days) (* 0.000954791938424326609 solar-mass))
   (->Body 8.34336671824457987 4.12479856412430479 -0.403523417114321381
           (* -0.00276742510726411022 days) (* 0.00499852801234917238 days) (* 0.0000230417297573763929 days) (* 0.000285885980666130812 solar-mass))
   (->Body 12.8943695621391310 -15.1111514016986312 -0.223307578892655734
           (* 0.00296460137564761618 days) (* 0.00237847173959480950 days) (* -0.0000296589568540237556 days) (* 0.0000436624404335156298 solar-mass))
   (->Body 15.3796971148509165 -25.9193146099879641 0.179258772950371181
           (* 0.00268067772490389322 days) (* 0.00162824170038242295 days) (* -0.0000951592254519715870 days) (* 0.0000515138902046611451 solar-mass))])

(defn pull [body other dt]
  (let [dx (- (:x body) (:x other)) dy (- (:y body) (:y other)) dz (- (:z body) (:z other))
        d2 (+ (* dx dx) (* dy dy) (* dz dz))
        m (* (:mass other) (/ dt (* d2 (Math/sqrt d2))))]
    (assoc body :vx (- (:vx body) (* dx m)) :vy (- (:vy body) (* dy m)) :vz (- (:vz body) (* dz m)))))

(defn move [body dt]
  (assoc body :x (+ (:x body) (* dt (:vx body))) :y (+ (:y body) (* dt (:vy body))) :z (+ (:z body) (* dt (:vz body)))))

(defn advance [system dt]
  (mapv (fn [i]
          (let [me (nth system i)]
            (move (reduce (fn [body j] (if (= i j) body (pull body (nth system j) dt))) me (range (count system))) dt)))
        (range (count system))))

(defn energy [system]
  (reduce + (for [{:keys [vx vy vz mass]} system] (* 0.5 mass (+ (* vx vx) (* vy vy) (* vz vz))))))

(defn -main [& args]
  (let [steps (if (seq args) (parse-long (first args)) 40000)
        end (loop [i 0 system (bodies)] (if (< i steps) (recur (inc i) (advance system 0.01)) system))]
    (println "checksum" (long (* 1e9 (energy end))))))
