;; method_calls: one object, many calls of its methods through a protocol; the object is a record that each call replaces.
(ns bench.method-calls)

(defprotocol Counter
  (increment [this])
  (add [this n])
  (current [this]))

(defrecord Tally [value step]
  Counter
  (increment [this] (assoc this :value (+ value step)))
  (add [this n] (assoc this :value (+ value n)))
  (current [_] value))

(defn work [rounds]
  (loop [i 0 tally (->Tally 0 1)]
    (if (< i rounds)
      (let [tally (-> tally increment (add 2) increment)]
        (recur (inc i) (if (> (current tally) 1000000) (->Tally 0 1) tally)))
      (current tally))))

(defn -main [& args]
  (println "checksum" (work (if (seq args) (parse-long (first args)) 3000000))))
