x
cat <<EOF
bootstrap.sh 'a
