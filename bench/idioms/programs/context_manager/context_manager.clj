;; context_manager: with-open over a resource that counts how often it was opened and closed, also when its body throws.
(ns bench.context-manager)

(deftype Resource [opened closed]
  java.io.Closeable
  (close [_] (vswap! closed inc) nil))

(defn open [opened closed] (vswap! opened inc) (->Resource opened closed))

(defn use-one [i opened closed]
  (try
    (with-open [outer (open opened closed)
                inner (open opened closed)]
      (if (zero? (mod i 10)) (throw (ex-info "in the body" {:i i})) (bit-and i 7)))
    (catch clojure.lang.ExceptionInfo e (:i (ex-data e)))))

(defn -main [& args]
  (let [n (if (seq args) (parse-long (first args)) 1000000)
        opened (volatile! 0) closed (volatile! 0)
        sum (loop [i 0 sum 0] (if (< i n) (recur (inc i) (bit-and (+ sum (use-one i opened closed)) 1073741823)) sum))]
    (println "checksum" (+ sum (- @opened @closed) @opened))))
